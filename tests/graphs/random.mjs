// Chance that can be repeated: the same seed gives the same numbers.

export function random(seed) {
  let state = (seed * 0x9e3779b1) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (limit) => Math.floor(next() * limit);
  const r = {
    /** Below `limit`. */
    int,
    /** From `low` to `high`, both possible. */
    between: (low, high) => low + int(high - low + 1),
    chance: (share) => next() < share,
    pick: (list) => list[int(list.length)],
    shuffle(list) {
      const out = [...list];
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [out[i], out[j]] = [out[j], out[i]];
      }
      return out;
    },
  };
  return r;
}
