export async function a() {
  const ns2 = await import("./m4.mjs").then((m) => m.a);
  log('m7.2 ' + show(ns2));
}
