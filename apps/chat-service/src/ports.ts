import type { AssistantCatalog } from '@parley/assistants';
import type { ConversationStore } from '@parley/conversations';

/** Nest injects by class; these stand for the ports of the libraries, which are interfaces. */
export abstract class Conversations {}
export interface Conversations extends ConversationStore {}

export abstract class Assistants {}
export interface Assistants extends AssistantCatalog {}
