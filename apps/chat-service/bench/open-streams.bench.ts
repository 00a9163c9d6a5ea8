import { PIPE, SDK, VALKEY, askMany, freshAgent, openStage } from './stage';

/** As many as one task is to hold. */
const STREAMS = 1_000;
/** So slow and so long that the first is still open when the last has been opened. */
const TOKENS_PER_SECOND = 1;
const TOKENS = 60;

/** What open streams hold, and what they cost, when there are many of them: one run for both. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const spent = new Map<string, number>();
  const once = { rounds: 1, warmUp: 0 };
  const memory = {
    ...once,
    title: `Memory of an open stream, ${STREAMS} open (bytes in place of microseconds)`,
    what: 'stream',
    baseline: PIPE,
    batch: STREAMS,
    wanted: [{ contender: VALKEY, against: PIPE, atMost: 2.5 }],
    contenders: each(async (contender) => {
      await pace(TOKENS_PER_SECOND, TOKENS);
      freshAgent();
      const before = await contender.usage();
      let during = before;
      await askMany(contender.url, STREAMS, { onAllOpen: async () => void (during = await contender.usage()) });
      spent.set(contender.url, (await contender.usage()).cpu - before.cpu);
      return Math.max(1, during.memory - before.memory);
    }),
  };
  const cost = {
    ...once,
    title: `Streaming, ${STREAMS} at once, ${TOKENS_PER_SECOND} token a second each, ${TOKENS} in all`,
    what: 'token',
    baseline: SDK,
    batch: STREAMS * TOKENS,
    contenders: each(async (contender) => spent.get(contender.url)!),
  };
  return { tables: [memory, cost], close };
}
