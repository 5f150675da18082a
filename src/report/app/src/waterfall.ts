// A simulated load: a file is asked for when the one that mentions it has arrived; all under way share the bandwidth.

export interface Network {
  key: string;
  name: string;
  kilobits: number;
  roundTrip: number;
}

export const NETWORKS: Network[] = [
  { key: "4g", name: "4G (WebPageTest: 9 Mbit/s, 170 ms)", kilobits: 9000, roundTrip: 170 },
  { key: "slow4g", name: "Slow 4G (Lighthouse mobile: 1.6 Mbit/s, 150 ms)", kilobits: 1.6 * 1024, roundTrip: 150 },
  { key: "3g", name: "3G (Lighthouse Regular 3G: 700 kbit/s, 300 ms)", kilobits: 700, roundTrip: 300 },
];

/** Round trips before the first request goes out: name, connection, TLS 1.3. */
export const HANDSHAKES = 3;

export interface Request {
  file: number;
  bytes: number;
  /** Index into the requests; null: asked for at the start. */
  after: number | null;
  how: string;
}

export interface Timing {
  asked: number;
  /** The first byte arrives. */
  first: number;
  end: number;
}

/** When each request was sent and answered, in milliseconds. */
export function simulate(requests: Request[], network: Network): Timing[] {
  const perMs = network.kilobits / 8;
  const timings = requests.map((): Timing => ({ asked: Infinity, first: Infinity, end: Infinity }));
  const left = requests.map(({ bytes }) => Math.max(1, bytes));
  const followers = requests.map((): number[] => []);
  const running = new Set<number>();
  const waiting = new Set<number>();
  const ask = (index: number, now: number): void => {
    const timing = timings[index];
    if (!timing || timing.asked < Infinity) return;
    timing.asked = now;
    timing.first = now + network.roundTrip;
    waiting.add(index);
  };
  requests.forEach(({ after }, index) => {
    if (after === null || after === index) ask(index, HANDSHAKES * network.roundTrip);
    else followers[after]?.push(index);
  });
  for (let now = 0; running.size || waiting.size;) {
    const share = perMs / Math.max(1, running.size);
    let next = Infinity;
    for (const index of waiting) next = Math.min(next, timings[index]?.first ?? Infinity);
    for (const index of running) next = Math.min(next, now + (left[index] ?? 0) / share);
    for (const index of running) left[index] = (left[index] ?? 0) - (next - now) * share;
    now = next;
    for (const index of [...running]) {
      if ((left[index] ?? 0) > 1e-6) continue;
      running.delete(index);
      const timing = timings[index];
      if (timing) timing.end = now;
      for (const follower of followers[index] ?? []) ask(follower, now);
    }
    for (const index of [...waiting])
      if ((timings[index]?.first ?? Infinity) <= now) (waiting.delete(index), running.add(index));
  }
  return timings;
}
