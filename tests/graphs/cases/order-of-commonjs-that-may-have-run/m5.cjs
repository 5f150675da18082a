log('m5 starts');
