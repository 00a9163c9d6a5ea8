import type { Assistant } from '../domain/assistant';
import type { KnowledgeBase } from '../domain/knowledge-base';
import type { Tool } from '../domain/tool';
import { currentTime } from './current-time';
import { searchKnowledgeBase } from './search-knowledge-base';

/** Names that an assistant's definition may use. */
export const BUILT_IN_TOOLS = ['searchKnowledgeBase', 'currentTime'] as const;

/**
 * The tools that a service has.
 *
 * @param options.knowledgeBase without one (`KNOWLEDGE_BASE_ID` is not set) there is no `searchKnowledgeBase`.
 */
export function createTools(options: { knowledgeBase?: KnowledgeBase; now?: () => number }): Tool[] {
  const { knowledgeBase, now = Date.now } = options;
  return [currentTime(now), ...(knowledgeBase === undefined ? [] : [searchKnowledgeBase(knowledgeBase)])];
}

/** Those of a service's tools that an assistant uses. */
export const toolsOf = (assistant: Assistant, tools: readonly Tool[]): Tool[] =>
  tools.filter(({ name }) => assistant.tools.includes(name));
