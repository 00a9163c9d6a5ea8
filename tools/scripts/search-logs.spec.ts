import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'parley-evidence-'));
afterAll(() => rmSync(folder, { recursive: true }));
const load = () => import('./search-logs.mjs');

const text = (bytes: number) => randomBytes(bytes).toString('base64url');
const token = `${text(40)}.${text(200)}.${text(256)}`;
const search = async (...lines: string[]) => {
  writeFileSync(join(folder, 'credentials-1.txt'), `${token}\nbroken\n`);
  writeFileSync(join(folder, 'logs-1.txt'), lines.join('\n'));
  return (await load()).searchLogs(folder);
};

it('finds a credential whole, cut, or inside something else, and says where without repeating it', async () => {
  const [, claims, signature] = token.split('.') as [string, string, string];
  const { findings, credentials, lines } = await search(
    'all is well',
    `url=/ws?token=${token}`,
    `{"msg":"x${claims.slice(0, 60)}"}`,
    signature.slice(-50),
    'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Ing',
    'session g1.g-abcdefghij',
  );
  expect([credentials, lines]).toEqual([2, 6]);
  expect(findings.map((finding) => finding.split(' ')[0])).toEqual([2, 3, 4, 5, 6].map((line) => `logs-1.txt:${line}:`));
  expect(findings.join()).not.toContain(claims.slice(0, 20));
}); // prettier-ignore

it('takes ids, digests and words for what they are', async () => {
  const { findings } = await search(`id ${text(16)} digest ${text(32)} broken`, 'g-abcdefghijkl is a guest');
  expect(findings).toEqual([]);
});
