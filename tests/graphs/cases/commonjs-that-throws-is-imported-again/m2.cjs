log('m2.10 ' + show(typeof f));
boom('m2 fails');
