log('m3 starts');
