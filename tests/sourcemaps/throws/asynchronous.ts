const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export async function later(count: number): Promise<number> {
  if (count < 10) {
    throw new Error('at once'); // throws async
  }
  await pause(1);
  for (const _ of [1, 2]) {
    await pause(1);
    if (count > 10) throw new Error('in a while'); // throws after-await
  }
  return count;
}

export async function racing(counts: number[]): Promise<void> {
  function* falling(): Generator<number> {
    for (const count of counts) {
      if (count === 1) throw new Error('one'); // throws generator
      yield count;
    }
  }
  for await (const count of falling()) await pause(count);
}
