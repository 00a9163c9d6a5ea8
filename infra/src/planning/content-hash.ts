import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * A name for what is in a folder: the same files give the same name on every machine.
 *
 * @throws Error that says how to make the folder when it is missing or empty
 */
export function contentHash(folder: string): string {
  const files = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [];
  if (files.length === 0)
    throw new Error(`${folder} holds nothing to build an image from: node tools/scripts/stage.mjs`);
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(folder, file).split(sep).join('/')}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 20);
}
