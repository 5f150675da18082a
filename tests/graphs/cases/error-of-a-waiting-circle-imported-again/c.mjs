import './b.mjs';
log('c starts');
