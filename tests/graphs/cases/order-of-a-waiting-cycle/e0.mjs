log('e0 starts');
