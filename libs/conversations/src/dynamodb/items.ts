import type { Author, ConversationKind, Entry, Message, Part } from '@parley/protocol';
import type { EntryDraft } from '../domain/conversation-store';
import type { Overlay } from '../domain/fold';
import { entryKey, type Key } from './keys';
import type { Item } from './table';

/** Version of what we write. A reader takes every version up to its own, and ignores attributes it does not know. */
export const ITEM_VERSION = 1;

/** `live` until the first write of a deletion, `deleted` (a tombstone) after its last. */
export type RecordState = 'live' | 'deleting' | 'deleted';

/** The record of a conversation. A tombstone has only `state`, `deletedAt` and the key. */
export interface RecordItem extends Item {
  v: number;
  id: string;
  state: RecordState;
  /** Random, and never told: nothing late that was written under it can be read by anybody else. */
  logId: string;
  kind: ConversationKind;
  owner: Author;
  /** Id of the guest who owned it before: what was being answered then still gets in. */
  handedFrom?: string;
  title?: string;
  /** Id of the message that gave the title; empty when a person did. It goes when that message is deleted. */
  titleOf?: string;
  /** A model made the title, of the message that `titleOf` names. */
  titleBy?: 'model';
  assistant?: string;
  open?: boolean;
  guests?: boolean;
  archivedAt?: string;
  /** Grows with every change of who is a member. */
  membersVersion?: number;
  /** Oldest `seq` that is kept. */
  first: number;
  /** The log's head is at least this; it may be further when a record's update was lost. */
  head: number;
  createdAt: string;
  updatedAt: string;
  /** JSON of a shortened Message. */
  lastMessage?: string;
  /** What the owner of a chat has read by writing after it. */
  ownRead?: number;
  member?: string;
  listedAt?: string;
}

/** Somebody was a member. */
export interface FormerItem extends Item {
  /** Not of older items. */
  leftAt?: string;
  /** Id of the guest whose conversation it was before it became his: its words are erased with his own. */
  alias?: string;
}

/** One entry of the log. Parts are kept as JSON text: they come back exactly as they were, whatever is in them. */
export type EntryItem = UnplacedEntry & Key & { seq: number };

/** What an entry is before its place is known. */
export type UnplacedEntry = {
  v: number;
  id: string;
  /** Idempotency key, with its principal. */
  key: string;
  type: Entry['type'];
  author: Author;
  createdAt: string;
  role?: Message['role'];
  parts?: string;
  clientId?: string;
  callId?: string;
  typed?: true;
  interrupted?: boolean;
  of?: string;
  from?: number;
  /** The content was deleted. */
  blanked?: boolean;
};

export function unplaced(draft: EntryDraft, facts: { id: string; key: string; createdAt: string }): UnplacedEntry {
  const { type, author } = draft;
  const common = { v: ITEM_VERSION, ...facts, type, author: { kind: author.kind, id: author.id, name: author.name } };
  switch (draft.type) {
    case 'message':
      return {
        ...common,
        id: draft.id ?? facts.id,
        role: draft.role,
        parts: JSON.stringify(draft.parts),
        clientId: draft.clientId,
        callId: draft.callId,
        typed: draft.typed,
        interrupted: draft.interrupted,
      };
    case 'edited':
      return { ...common, of: draft.of, parts: JSON.stringify(draft.parts) };
    case 'deleted':
      return { ...common, of: draft.of };
    case 'superseded':
      return { ...common, from: draft.from };
  }
}

export const placed = (entry: UnplacedEntry, logId: string, seq: number): EntryItem => ({
  ...entry,
  ...entryKey(logId, seq),
  seq,
});

/** The entry as every wire shows it. */
export function toEntry(item: EntryItem, conversationId: string): Entry {
  const { type, id, seq, author, createdAt } = item;
  const base = { id, seq, conversationId, author, createdAt };
  switch (type) {
    case 'message':
      return {
        type,
        ...base,
        role: item.role ?? 'user',
        parts: partsOf(item),
        ...(item.clientId === undefined ? {} : { clientId: item.clientId }),
        ...(item.callId === undefined ? {} : { callId: item.callId }),
        ...(item.typed === undefined ? {} : { typed: item.typed }),
        ...(item.interrupted === undefined ? {} : { interrupted: item.interrupted }),
      };
    case 'edited':
      return { type, ...base, of: item.of ?? '', parts: partsOf(item) };
    case 'deleted':
      return { type, ...base, of: item.of ?? '' };
    case 'superseded':
      return { type, ...base, from: item.from ?? seq };
  }
}

export const toMessage = (item: EntryItem, conversationId: string) => toEntry(item, conversationId) as Message;
export const toOverlay = (item: EntryItem, conversationId: string) => toEntry(item, conversationId) as Overlay;

const partsOf = ({ parts }: EntryItem): Part[] => (parts === undefined ? [] : (JSON.parse(parts) as Part[]));
