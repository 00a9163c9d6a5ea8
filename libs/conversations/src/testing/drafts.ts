import type { Author } from '@parley/protocol';
import type { MessageDraft } from '../domain/conversation-store';

export const alice: Author = { kind: 'user', id: 'alice-0001', name: 'Alice' };
export const bob: Author = { kind: 'user', id: 'bob-0002', name: 'Bob' };
export const carol: Author = { kind: 'guest', id: 'carol-0003', name: 'Carol' };
export const assistant: Author = { kind: 'assistant', id: 'general', name: 'Parley' };

/** What a person types. */
export const said = (author: Author, text: string, more: Partial<MessageDraft> = {}): MessageDraft => ({
  type: 'message',
  role: 'user',
  author,
  parts: [{ type: 'text', text }],
  ...more,
});

/** What the assistant answers. */
export const answered = (text: string, more: Partial<MessageDraft> = {}): MessageDraft =>
  said(assistant, text, { role: 'assistant', ...more });

/** A clock that never says the same time twice. */
export function steadyClock(start = Date.UTC(2026, 0, 1)): () => number {
  let now = start;
  return () => (now += 1);
}

/** Numbers from a seed (mulberry32): a failing run can be had again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
