export function first(text: string): string {
  if (text.length === 0) {
    throw new Error('nothing'); // throws plain
  }
  return text;
}

// Called once, so that it is moved to its caller.
export function once(count: number): number {
  const double = count * 2;
  if (double >= 0) throw new RangeError(`too many: ${double}`); // throws inlined
  return double;
}

export function chain(depth: number): number {
  const step = (left: number): number => {
    if (left > 0) return step(left - 1) + 1;
    const fail = () => {
      throw new TypeError('the end'); // throws nested
    };
    return fail();
  };
  return step(depth);
}

export function field(value: { inner: { name: string } }): string {
  const start = 'a';
  const end = 'b';
  return (
    start +
    value.inner.name + // throws member
    end
  );
}
