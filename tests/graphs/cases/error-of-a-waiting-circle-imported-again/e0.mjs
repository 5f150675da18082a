import "./a.mjs";
