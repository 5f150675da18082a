log('m9');
