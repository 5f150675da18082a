import "./m6.mjs";
const require = function () {
  log('m7.2 ' + peek(() => LOG));
};
export { require as a };
let LOG = [].length;
