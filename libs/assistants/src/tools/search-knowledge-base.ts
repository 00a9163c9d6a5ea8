import { z } from 'zod';
import type { KnowledgeBase } from '../domain/knowledge-base';
import { defineTool, type Tool } from '../domain/tool';

const PASSAGES = 4;
/** A few passages of this length are what a model can speak about; longer ones crowd the question out. */
const PASSAGE_CHARACTERS = 1_200;

/** Searches the documents of the product. */
export function searchKnowledgeBase(base: KnowledgeBase): Tool {
  return defineTool({
    name: 'searchKnowledgeBase',
    description:
      'Searches the documentation of this product and gives the best passages with their sources. ' +
      'Use it for every question about the product, and answer from what it gives.',
    inputSchema: z.object({
      query: z.string().trim().min(1).max(1_000).describe('What to look for, as a full question or a few words'),
    }),
    async execute({ query }, { signal }) {
      const passages = await base.search(query, { limit: PASSAGES, signal });
      return {
        passages: passages.map(({ text, source, url }) => ({
          text: text.slice(0, PASSAGE_CHARACTERS).replace(/[\ud800-\udbff]$/, ''),
          ...(source === undefined ? {} : { source }),
          ...(url === undefined ? {} : { url }),
        })),
      };
    },
    sources(result) {
      const { passages = [] } = result as { passages?: { source?: string; url?: string }[] };
      return passages.flatMap(({ source, url }) =>
        source === undefined ? [] : [{ title: source, ...(url === undefined ? {} : { url }) }],
      );
    },
  });
}
