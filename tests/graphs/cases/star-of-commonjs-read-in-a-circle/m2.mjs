import { space } from './m1.mjs';
log(peek(() => typeof space.value));
later(() => log(space.value));
