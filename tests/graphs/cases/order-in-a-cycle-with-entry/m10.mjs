log('m10.16 ' + await Promise.resolve().then?.(() => 'then'));
