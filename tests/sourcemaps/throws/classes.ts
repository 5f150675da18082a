enum State {
  Closed,
  Open = 5,
}

export class Parcel {
  #state = State.Closed;
  private readonly weight: number;

  constructor(weight: number) {
    if (weight < 0) {
      throw new RangeError('weighs less than nothing'); // throws constructor
    }
    this.weight = weight;
  }

  weigh(): number {
    const grams = this.weight * 1000;
    if (this.#state === State.Closed) throw new Error(`${grams} g, closed`); // throws method
    return grams;
  }

  #check(): void {
    if (this.#state !== State.Open) {
      const states = Object.keys(State);
      throw new Error(states.join()); // throws private
    }
  }

  open(): this {
    this.#check();
    return this;
  }
}

const required = (text: string): string => {
  if (!text) throw new Error('a name is required'); // throws field
  return text;
};

export class Ledger {
  name = 'ledger';
  owner: string;

  constructor(owner: string) {
    this.owner = required(owner);
  }

  static open(name: string): Ledger {
    switch (name) {
      case 'none':
        throw new Error('no such ledger'); // throws static
      default:
        return new Ledger(name);
    }
  }

  get total(): number {
    const entries: number[] = [];
    return entries.length > 0 ? entries[0]! : (() => {
      throw new Error(this.name); // throws getter
    })();
  }
}
