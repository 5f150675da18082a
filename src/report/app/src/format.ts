// Numbers as people read them. kB = 1000 bytes; a size never stands without its unit.

export type Size = "raw" | "gzip" | "brotli";

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

export const whole = (value: number): string => grouped(String(Math.round(value)));

export function bytes(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size < 999.5) return `${sign}${Math.round(size)} B`;
  if (size < 999_950) return `${sign}${(size / 1e3).toFixed(1)} kB`;
  const [before = "0", after = "00"] = (size / 1e6).toFixed(2).split(".");
  return `${sign}${grouped(before)}.${after} MB`;
}

export const signed = (value: number): string =>
  Math.abs(value) < 0.5 ? "±0 B" : (value > 0 ? "+" : "") + bytes(value);

export function percent(part: number, of: number): string {
  if (!of) return "–";
  const share = (part / of) * 100;
  return share > 0 && share < 0.1 ? "<0.1 %" : `${share.toFixed(1)} %`;
}

export const seconds = (ms: number): string => (ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1e3).toFixed(2)} s`);

export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${whole(value)} ${Math.round(value) === 1 ? noun : plural}`;
}

/** A quantity of the budget: bytes or requests. */
export const quantity = (value: number, unit: string): string =>
  unit === "bytes" ? bytes(value) : count(value, unit.replace(/s$/, ""));

export const signedQuantity = (value: number, unit: string): string =>
  unit === "bytes" ? signed(value) : (value > 0 ? "+" : value < 0 ? "−" : "±") + whole(Math.abs(value));
