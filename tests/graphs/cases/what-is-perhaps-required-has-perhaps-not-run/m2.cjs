log('m2 starts');
