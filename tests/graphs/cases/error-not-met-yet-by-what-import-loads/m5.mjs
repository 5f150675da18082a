throw new TypeError('m5 fails');
