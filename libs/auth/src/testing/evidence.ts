import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps what a test uses as a credential, where a whole run asks for it (`PARLEY_EVIDENCE`, a folder): `npm test` then
 * searches all captured logs for it.
 */
export function keepCredential(text: string): string {
  const folder = process.env['PARLEY_EVIDENCE'];
  if (folder) appendFileSync(join(folder, `credentials-${process.pid}.txt`), `${text}\n`);
  return text;
}
