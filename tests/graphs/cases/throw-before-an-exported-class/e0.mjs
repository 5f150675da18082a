throw new Error('e0 fails');
export default class $ { m() { return 'e0.1'; } }
