import type { Assistant } from '../domain/assistant';
import type { KnowledgeBase } from '../domain/knowledge-base';
import type { People } from '../domain/people';
import type { Tool } from '../domain/tool';
import { callPeople } from './call-people';
import { currentTime } from './current-time';
import { searchKnowledgeBase } from './search-knowledge-base';

/** Names that an assistant's definition may use. */
export const BUILT_IN_TOOLS = ['searchKnowledgeBase', 'currentTime', 'callPeople'] as const;

/**
 * The tools that a service has.
 *
 * @param options.knowledgeBase without one (`KNOWLEDGE_BASE_ID` is not set) there is no `searchKnowledgeBase`.
 * @param options.people without them (`HAND_OVER_TO` is not set) there is no `callPeople`.
 */
export function createTools(options: {
  knowledgeBase?: KnowledgeBase | undefined;
  people?: People | undefined;
  now?: () => number;
}): Tool[] {
  const { knowledgeBase, people, now = Date.now } = options;
  return [
    currentTime(now),
    ...(knowledgeBase === undefined ? [] : [searchKnowledgeBase(knowledgeBase)]),
    ...(people === undefined ? [] : [callPeople(people)]),
  ];
}

/** Those of a service's tools that an assistant uses. */
export const toolsOf = (assistant: Assistant, tools: readonly Tool[]): Tool[] =>
  tools.filter(({ name }) => assistant.tools.includes(name));
