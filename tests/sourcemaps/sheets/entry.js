import './main.css';
import styles, { wide } from './card.module.css';
import * as list from './list.module.css';

document.body.className = [styles.card, styles.title, styles['card-body'], styles.spinning, list.item, list.last, wide].join(' ');
