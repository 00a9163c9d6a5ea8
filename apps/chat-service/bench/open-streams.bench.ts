import { setTimeout as pause } from 'node:timers/promises';
import { PIPE, SDK, VALKEY, askMany, freshAgent, openStage } from './stage';

/** As many as one task is to hold. */
const STREAMS = 1_000;
/** So slow and so long that the first is still open when the last has been opened. */
const TOKENS_PER_SECOND = 1;
const TOKENS = 60;
/** Answered before anything is weighed: what is loaded and compiled with the first answers is no open stream's. */
const WARM_UP = { answers: 200, tokensPerSecond: 100, tokens: 20 };
/** After this time nobody holds a connection any more that is not used. */
const IDLE_MS = 6_000;

/** What open streams hold, and what they cost, when there are many of them: one run for both. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const spent = new Map<string, number>();
  const once = { rounds: 1, warmUp: 0 };
  const memory = {
    ...once,
    title: `Memory of an open stream, ${STREAMS} open`,
    unit: 'bytes',
    what: 'stream',
    baseline: PIPE,
    batch: STREAMS,
    wanted: [{ contender: VALKEY, against: PIPE, atMost: 2.5 }],
    contenders: each(async (contender) => {
      await pace(WARM_UP.tokensPerSecond, WARM_UP.tokens);
      freshAgent();
      await askMany(contender.url, WARM_UP.answers, { isFirst: true });
      await pace(TOKENS_PER_SECOND, TOKENS);
      freshAgent();
      await pause(IDLE_MS);
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
