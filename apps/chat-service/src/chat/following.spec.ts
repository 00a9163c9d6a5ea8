import { MemoryGenerationLog, type GenerationClaim, type LoggedChunk } from '@parley/conversations';
import { Following, type FollowingParts } from './following';

const ended = { generationId: 'g', state: 'ended', endedAt: Date.now() } as GenerationClaim;

it('is not read to its end before its last chunk is there, though its claim has ended: its reader would never be told', async () => {
  const log = new MemoryGenerationLog();
  const following = new Following({ log } as unknown as FollowingParts);
  const writer = log.open('g');
  writer.append('{"type":"start"}');
  expect(await following.isReadToEnd(ended, 1)).toBe(false);
  await writer.end('{"type":"finish"}');
  expect(await Promise.all([0, 1, 2].map((place) => following.isReadToEnd(ended, place)))).toEqual([
    false,
    false,
    true,
  ]);
});

it('is read to its end by who was told it from the conversation, when its log is gone: he would be told for ever that it broke off', async () => {
  const log = new MemoryGenerationLog();
  const claims = { find: async () => ended };
  const store = { findMessage: async () => undefined };
  const following = new Following({ log, claims, store, lookMs: 1 } as unknown as FollowingParts);
  const { signal } = new AbortController();
  const told: LoggedChunk[] = [];
  for await (const chunk of following.follow(ended, { after: 0, signal })) told.push(chunk);
  expect(JSON.parse(told.at(-1)!.json)).toEqual({ type: 'error', errorText: 'answer_interrupted' });
  for (const { at } of told) expect(await following.isReadToEnd(ended, at)).toBe(at === told.at(-1)!.at);
});
