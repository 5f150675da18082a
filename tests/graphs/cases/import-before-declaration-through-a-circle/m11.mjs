import { Thing as b, f as _ } from "./m12.mjs";
log('m11 starts');
function Error() {
  const y = 0;
  log('m11.5 ' + peek(() => _));
  return 'm11.1';
}
log('m11.9');
export { Error as class };
function value() {
  log('m11.6 ' + peek(() => _));
  return 'm11.2';
}
