import "./e2.mjs";
import "./e1.mjs";
