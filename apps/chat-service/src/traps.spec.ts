import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '../../../docs');

it('every trap of docs/answers-traps.md has its test, by name', () => {
  const text = readFileSync(join(DOCS, 'answers-traps.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!what goes wrong|-)/.test(line));
  const named = rows.map((row) => /\| \[[^\]]+\]\(([^)]+)\): (.+?) +\|$/.exec(row));
  expect(rows.filter((_, index) => named[index] === null)).toEqual([]);
  expect(named.length).toBeGreaterThan(60);
  const missing = named.filter((row) => !readFileSync(join(DOCS, row![1]!), 'utf8').includes(row![2]!));
  expect(missing.map((row) => row![0])).toEqual([]);
});
