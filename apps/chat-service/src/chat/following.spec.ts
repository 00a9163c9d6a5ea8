import { MemoryGenerationLog, type GenerationClaim } from '@parley/conversations';
import { Following, type FollowingParts } from './following';

const ended = { generationId: 'g', state: 'ended' } as GenerationClaim;

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
