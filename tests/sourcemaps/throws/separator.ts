// The string holds a line separator, which Node and browsers count as the end of a line of the bundle.
export const separator = ' ';

export default function split(text: string): string[] {
  if (!text.includes(separator)) {
    throw new Error('one line'); // throws separator
  }
  return text.split(separator);
}
