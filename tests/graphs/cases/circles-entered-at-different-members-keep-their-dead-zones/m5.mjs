import "./e2.mjs";
