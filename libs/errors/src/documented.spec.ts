import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ERROR_CODES, ParleyError, type ErrorCode } from './index';

it('has a row in docs/protocol.md for every code, with its kind, status and close codes, and no other', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
  const rows = [
    ...text.matchAll(/^\| `(\w+)`\s*\| (denied|invalid|unavailable|fault)\s*\| (\d+)\s*\| (\d+)\s*\| (\d+)\s*\|$/gm),
  ];
  const documented = rows.map(([, code, kind, ...numbers]) => [code, kind, ...numbers.map(Number)]);
  const actual = (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => {
    const error = new ParleyError(code);
    return [code, error.kind, error.status, error.closeCode('handshake'), error.closeCode('open')];
  });
  expect(documented).toEqual(actual);
});
