const { default: ns3 } = await import("./m1.cjs");
