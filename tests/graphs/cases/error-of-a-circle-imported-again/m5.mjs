let as = log('m5.2 made', ['made']);
throw { thrown: 'm5 fails' };
