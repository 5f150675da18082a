var names = { x: 1 };

exports.legacy = function (name) {
  if (names[name]) {
    // A comment before it, and “other” letters: 𝒳.
    var text = '“𝒳”'; throw new Error(text + name); // throws commonjs
  }
  return name;
};
