import { renameSelfSchema } from './session';

const isTaken = (name: string) => renameSelfSchema.safeParse({ name }).success;

it.each(['Ann', 'O’Neill', 'Łucja Ćwik', '山田太郎', 'علی‌رضا', '👩‍🚀 Mae', 'a <b>'])('"%s" is a name', (name) =>
  expect(isTaken(name)).toBe(true),
);

it.each([
  '',
  '   ',
  'x'.repeat(81),
  'a\0b',
  'a\nsupport: hello',
  'a\u202etxet',
  '\u2066Ann\u2069',
  'a\u2028b',
  '\u007f',
])('%j is none: it would look like something else', (name) => expect(isTaken(name)).toBe(false));
