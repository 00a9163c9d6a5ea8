import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDocuments, splitMarkdown, type KnowledgeDocument } from '@parley/aws-sim';

/** What the simulated knowledge base holds: this product's own documentation, as far as it exists. */
export async function loadKnowledge(root: string): Promise<KnowledgeDocument[]> {
  const [readme, docs] = [join(root, 'README.md'), join(root, 'docs')];
  return [
    ...(existsSync(readme) ? splitMarkdown('README.md', await readFile(readme, 'utf8')) : []),
    ...(existsSync(docs) ? await loadDocuments(docs) : []),
  ];
}
