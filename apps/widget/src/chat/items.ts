import { toUiMessages, type Draft, type ParleyMessage, type TranscriptLine } from '@parley/client';
import { textOf, type Entry, type Part } from '@parley/protocol';

/** One message as it is shown. */
export interface Item {
  key: string;
  who: 'me' | 'assistant' | 'person';
  /** Of somebody else. */
  name?: string;
  text: string;
  /** Somebody said it whom the visitor blocks: its place in the log. Without a text until he wants to see it. */
  blocked?: number;
  /** `writing`: more is to come. `failed`: not sent. */
  state: 'final' | 'writing' | 'failed';
}

/** What was asked and answered here and is not in the log yet. */
export interface Local extends Item {
  who: 'me' | 'assistant';
}

/** People were called into the conversation: it is a room, and the assistant answers when it is spoken to. */
export const isWithPeople = (messages: readonly ParleyMessage[]): boolean =>
  messages.some(({ parts }) =>
    parts.some((part) => part.type === 'tool-callPeople' && 'state' in part && part.state === 'output-available'),
  );

interface Sources {
  entries: readonly Entry[];
  locals: readonly Local[];
  /** What assistants of a room are writing. */
  drafts: readonly Draft[];
  /** Of a call. */
  lines: readonly TranscriptLine[];
  /** The visitor's id, as far as it is known. */
  me: string | undefined;
  /** What was hidden and is shown all the same, by its `seq`. */
  revealed: ReadonlyMap<number, string>;
}

/** One list of all of it; what the log has by now is shown from the log, once. */
export function itemsOf({ entries, locals, drafts, lines, me, revealed }: Sources): {
  items: Item[];
  withPeople: boolean;
} {
  const messages = toUiMessages(entries);
  const withPeople = isWithPeople(messages);
  const known = new Set(messages.flatMap(({ id, metadata }) => [id, metadata?.clientId]));
  const items: Item[] = messages.flatMap((message) => itemOf(message, withPeople, me, revealed));
  items.push(...locals.filter(({ key, text }) => !known.has(key) && text !== ''));
  const shown = new Set([...known, ...locals.map(({ key }) => key)]);
  for (const { id, text } of drafts)
    if (!shown.has(id)) items.push({ key: id, who: 'assistant', text, state: 'writing' });
  for (const { key, messageId, role, text, stage } of lines)
    if (messageId === undefined || !known.has(messageId))
      items.push({
        key: messageId ?? key,
        who: role === 'user' ? 'me' : 'assistant',
        text,
        state: stage === 'speculative' ? 'writing' : 'final',
      });
  return { items, withPeople };
}

function itemOf(
  message: ParleyMessage,
  withPeople: boolean,
  me: string | undefined,
  revealed: Sources['revealed'],
): Item[] {
  const { id, role, parts, metadata } = message;
  if (metadata?.hidden === true) return [hiddenItem(id, metadata.seq!, revealed)];
  const text = textOf(parts as unknown as Part[]);
  if (text === '') return [];
  // Under the sender's own id: the element that showed it before it was in the log stays.
  const key = metadata?.clientId ?? id;
  if (role === 'assistant') return [{ key, who: 'assistant', text, state: 'final' }];
  const author = metadata?.author;
  const isMine = !withPeople || author?.kind === 'guest' || author?.id === me;
  return [
    isMine
      ? { key, who: 'me', text, state: 'final' }
      : { key, who: 'person', name: author?.name ?? 'Somebody', text, state: 'final' },
  ];
}

function hiddenItem(key: string, seq: number, revealed: Sources['revealed']): Item {
  const name = 'A message from somebody you blocked';
  return { key, who: 'person', name, text: revealed.get(seq) ?? '', blocked: seq, state: 'final' };
}
