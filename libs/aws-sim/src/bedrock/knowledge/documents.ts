import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One passage of a knowledge base. */
export interface KnowledgeDocument {
  /** Where it came from; also its identity. */
  uri: string;
  title: string;
  text: string;
  metadata?: Record<string, string | number | boolean>;
}

const HEADING = /^(#{1,3})\s+(.+?)\s*#*\s*$/;
const FENCE = /^\s*(?:```|~~~)/;

/**
 * Reads the markdown files of a folder and of those in it, cut at their headings of the first three levels.
 * @param folder a folder; a missing one throws as `readdir` does
 * @returns passages in the order of the files' paths; `title` is the page's title and the heading
 */
export async function loadDocuments(folder: string): Promise<KnowledgeDocument[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const documents = await Promise.all(
    paths.map(async (path) => splitMarkdown(relative(folder, path).split(sep).join('/'), await readFile(path, 'utf8'))),
  );
  return documents.flat();
}

/** The passages of one markdown page. A `#` within a code block is no heading. */
export function splitMarkdown(path: string, markdown: string): KnowledgeDocument[] {
  const passages: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }];
  let fenced = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (FENCE.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : HEADING.exec(line)?.[2];
    if (heading !== undefined) passages.push({ heading, lines: [] });
    else passages.at(-1)?.lines.push(line);
  }
  const page = passages.find(({ heading }) => heading !== '')?.heading ?? path;
  return passages
    .map(({ heading, lines }) => ({ heading, text: lines.join('\n').trim() }))
    .filter(({ text }) => text !== '')
    .map(({ heading, text }, place) => ({
      uri: `s3://documents/${path}#${place}`,
      title: heading === '' || heading === page ? page : `${page}: ${heading}`,
      text,
      metadata: { path, heading },
    }));
}
