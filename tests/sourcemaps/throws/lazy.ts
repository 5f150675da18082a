interface Options {
  deep: { value: string } | null;
}

export default function read({ deep }: Options): string {
  const { value } = deep!; // throws lazy
  return value;
}
