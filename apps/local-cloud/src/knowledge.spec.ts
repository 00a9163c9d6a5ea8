import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKnowledge } from './knowledge';

it('is the README and the docs, as far as they exist', async () => {
  const root = mkdtempSync(join(tmpdir(), 'parley-docs-'));
  expect(await loadKnowledge(root)).toEqual([]);
  writeFileSync(join(root, 'README.md'), '# Parley\n\nSpeak and ask.\n');
  mkdirSync(join(root, 'docs'));
  writeFileSync(join(root, 'docs', 'rooms.md'), '# Rooms\n\nSeveral people.\n');
  const texts = (await loadKnowledge(root)).map(({ text }) => text).join(' ');
  expect(texts).toContain('Speak and ask.');
  expect(texts).toContain('Several people.');
});
