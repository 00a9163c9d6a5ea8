import { SDK, VALKEY, askMany, freshAgent, openStage } from './stage';

const ROUNDS = 3;
/** Tokens of an answer: about a screen of text. */
const TOKENS = 200;

/** What streaming costs the server, by its own processor time: authorisation, quota and the log are on. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const table = (streams: number, perSecond: number, atMost?: number) => ({
    title: `Streaming, ${streams} at once, ${perSecond} tokens a second each`,
    what: 'token',
    baseline: SDK,
    batch: streams * TOKENS,
    rounds: ROUNDS,
    warmUp: 1,
    wanted: atMost === undefined ? [] : [{ contender: VALKEY, against: SDK, atMost }],
    contenders: each(async (contender) => {
      await pace(perSecond, TOKENS);
      freshAgent();
      const before = await contender.usage();
      await askMany(contender.url, streams);
      return (await contender.usage()).cpu - before.cpu;
    }),
  });
  return { tables: [table(100, 50, 0.75), table(100, 20, 1), table(1, 50)], close };
}
