export type {
  ConversationDraft,
  ConversationStore,
  ConversationUpkeep,
  DeletionDraft,
  EditDraft,
  EntryDraft,
  ListQuery,
  MessageDraft,
  PageQuery,
  SupersessionDraft,
} from './domain/conversation-store';
export { foldEntries, foldMessages, isMessage, isOverlay, type Overlay } from './domain/fold';
export { UNTITLED, excerpt, titleFrom } from './domain/preview';
export { createDocumentClient } from './dynamodb/client';
export { createConversationStore, type ConversationStoreOptions } from './dynamodb/dynamo-conversation-store';
export type { FanOut, FanOutListener } from './fan-out/fan-out';
export { MemoryFanOut } from './fan-out/memory-fan-out';
export { hintOver, type Hint } from './fan-out/hint';
export { Replicas, valkeyOptionsOf } from './fan-out/replicas';
export { ValkeyFanOut, type ValkeyFanOutOptions } from './fan-out/valkey-fan-out';
export { ValkeyConnection, type ValkeyState } from './valkey/valkey-connection';
export type { ValkeyOptions } from './valkey/valkey-options';
