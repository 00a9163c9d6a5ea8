export type {
  AppendOptions,
  ConversationDraft,
  ConversationStore,
  ConversationUpkeep,
  DeletionDraft,
  EditDraft,
  EntryDraft,
  HeldConversation,
  ListQuery,
  MessageDraft,
  PageQuery,
  SupersessionDraft,
} from './domain/conversation-store';
export { INVITATION_MS, type Invitation, type OpenConversations, type OpenState, type Rooms } from './domain/rooms';
export { ERASED, type ErasedPrincipals, type ErasureWish, type ErasureWishes } from './domain/erasure';
export type { ActDraft, AuditLog, ModeratedConversations, ReportDraft, Reports } from './domain/moderation';
export { MOST_BLOCKED, type Blocks } from './domain/blocks';
export type { LiveCall, LiveCalls } from './domain/live-calls';
export {
  LEASE_MS,
  RENEW_MS,
  type ClaimDraft,
  type GenerationClaim,
  type GenerationClaims,
} from './domain/generation-claims';
export {
  GENERATION_KEPT_MS,
  type GenerationLog,
  type GenerationWriter,
  type LoggedChunk,
  type ReadOptions,
} from './domain/generation-log';
export { foldEntries, foldMessages, isMessage, isOverlay, type Overlay } from './domain/fold';
export { UNTITLED, excerpt, titleFrom } from './domain/preview';
export { Table, type Change, type Item } from './dynamodb/table';
export { createDocumentClient } from './dynamodb/client';
export { RequestSigner, type Credentials as AwsCredentials } from './dynamodb/request-signer';
export { createConversationStore, type ConversationStoreOptions } from './dynamodb/dynamo-conversation-store';
export { DynamoAuditLog } from './dynamodb/audit-log';
export { DynamoErasureWishes } from './dynamodb/erasure-wishes';
export { DynamoBlocks } from './dynamodb/blocks';
export { DynamoLiveCalls, liveCallKey } from './dynamodb/live-calls';
export { DynamoReports } from './dynamodb/reports';
export { DynamoGenerationClaims } from './dynamodb/generation-claims';
export { LocalFirstGenerationLog } from './generations/local-first-generation-log';
export { MemoryGenerationLog } from './generations/memory-generation-log';
export { ValkeyGenerationLog } from './generations/valkey-generation-log';
export type { FanOut, FanOutListener } from './fan-out/fan-out';
export { MemoryFanOut } from './fan-out/memory-fan-out';
export { announceMembers, announcing } from './fan-out/announcing';
export { hintOver, type Hint } from './fan-out/hint';
export { entryFrame, eventFrame, readSignal, topicOf, writeSignal, type Signal } from './fan-out/signals';
export { Replicas, valkeyOptionsOf } from './fan-out/replicas';
export { ValkeyFanOut, type ValkeyFanOutOptions } from './fan-out/valkey-fan-out';
export { ValkeyConnection, type ValkeyState } from './valkey/valkey-connection';
export type { ValkeyOptions } from './valkey/valkey-options';
