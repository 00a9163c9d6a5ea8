import { textOf, type Part } from '@parley/protocol';

/** Whether a text speaks to an assistant: `@` and its name or id, in any case, as words of their own. */
export function isAddressed(parts: readonly Part[], names: readonly string[]): boolean {
  const text = textOf(parts).toLowerCase();
  return names.some((name) => {
    const address = `@${name.toLowerCase()}`;
    for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
      const before = text[at - 1] ?? ' ';
      const after = text[at + address.length] ?? ' ';
      if (!isWord(before) && !isWord(after)) return true;
    }
    return false;
  });
}

const isWord = (sign: string) => /[\p{L}\p{N}_-]/u.test(sign);
