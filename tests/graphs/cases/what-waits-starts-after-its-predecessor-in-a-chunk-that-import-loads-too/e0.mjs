import "./e1.mjs";
