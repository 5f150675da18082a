log('m4 starts');
