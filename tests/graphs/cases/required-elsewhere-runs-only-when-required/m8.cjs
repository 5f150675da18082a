log('m8 starts');
