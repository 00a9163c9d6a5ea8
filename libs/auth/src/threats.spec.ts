import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const table = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8').split('## Threats')[1]!;
const lines = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (threat|-)/.test(line));

it('names a test in each line of the threat table', () => {
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) expect(line).toMatch(/\| \S+\.ts: `.+` +\|$/);
});

it.each(lines.map((line) => /\| (\S+\.ts): `(.+)` +\|$/.exec(line)!.slice(1)))('%s has "%s"', (file, name) => {
  expect(readFileSync(resolve(root, file!), 'utf8')).toContain(name);
});
