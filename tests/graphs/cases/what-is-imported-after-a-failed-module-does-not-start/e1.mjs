import "./fails.mjs";
