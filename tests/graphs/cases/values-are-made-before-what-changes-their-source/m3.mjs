const { p: value = 2, ...restvalue } = { q: 'm3.2', p: [1] };
export { value as n };
