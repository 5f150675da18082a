log('m6 starts');
