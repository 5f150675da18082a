log('m7 starts');
const read = (await import("./m4.cjs")).n;
log('m7 ' + show(read));
export let x = 1;
log('m7 ends');
