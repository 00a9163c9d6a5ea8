import { ASSISTANT_FILES } from '../assistants';
import { catalogOf, type AssistantCatalog } from './domain/catalog';
import { BUILT_IN_TOOLS } from './tools/built-in';

/**
 * The assistants of this product. To be called once, at start.
 *
 * @throws Error that lists every fault by file and line.
 */
export function loadAssistants(): AssistantCatalog {
  return catalogOf(ASSISTANT_FILES, BUILT_IN_TOOLS);
}
