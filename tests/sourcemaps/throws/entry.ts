// Each error's line is marked; the mark is also what the error says.
import { later, racing } from './asynchronous';
import { Ledger, Parcel } from './classes';
import { chain, field, first, once } from './functions';
import { legacy } from './legacy.cjs';

interface Thrown {
  mark: string;
  stack: string;
}

const thrown: Thrown[] = [];

async function attempt(mark: string, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    thrown.push({ mark, stack: (error as Error).stack ?? '' });
  }
}

const inEntry = (): never => {
  throw new Error('in the entry'); // throws entry
};

async function main(): Promise<void> {
  await attempt('entry', inEntry);
  await attempt('plain', () => first(''));
  await attempt('inlined', () => once(thrown.length));
  await attempt('nested', () => chain(3));
  await attempt('member', () => field(undefined as never));
  await attempt('constructor', () => new Parcel(-1));
  await attempt('method', () => new Parcel(1).weigh());
  await attempt('private', () => new Parcel(2).open());
  await attempt('static', () => Ledger.open('none'));
  await attempt('field', () => new Ledger(''));
  await attempt('getter', () => new Ledger('a').total);
  await attempt('async', () => later(1));
  await attempt('after-await', () => later(20));
  await attempt('generator', () => racing([3, 2, 1]));
  await attempt('commonjs', () => legacy('x'));
  await attempt('lazy', async () => (await import('./lazy')).default({ deep: null }));
  await attempt('separator', async () => (await import('./separator')).default('a'));
  await attempt('required', () => import('./outer.cjs'));
  console.log(JSON.stringify(thrown));
}

void main();
