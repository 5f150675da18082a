import "./e0.mjs";
