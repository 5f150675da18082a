const f = require("./m11.cjs");
