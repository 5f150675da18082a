log('m1 starts');
