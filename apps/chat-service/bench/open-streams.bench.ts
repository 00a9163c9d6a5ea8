import { PIPE, SDK, VALKEY, askMany, freshAgent, openStage } from './stage';

/** As many as one task is to hold. */
const STREAMS = 1_000;
/** Slow enough that the first is still open when the last has been opened. */
const TOKENS_PER_SECOND = 2;
const TOKENS = 60;

/** What open streams hold, and what they cost, when there are many of them. */
export default async function open() {
  const { each, pace, close } = await openStage();
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
      return Math.max(1, during.memory - before.memory);
    }),
  };
  const cost = {
    ...once,
    title: `Streaming, ${STREAMS} at once, ${TOKENS_PER_SECOND} tokens a second each`,
    what: 'token',
    baseline: SDK,
    batch: STREAMS * TOKENS,
    contenders: each(async (contender) => {
      await pace(TOKENS_PER_SECOND, TOKENS);
      freshAgent();
      const before = await contender.usage();
      await askMany(contender.url, STREAMS);
      return (await contender.usage()).cpu - before.cpu;
    }),
  };
  return { tables: [memory, cost], close };
}
