import { SDK, VALKEY, askMany, freshAgent, openStage } from './stage';

/** Tokens of an answer: a screen of text, and a long one. What a question costs once weighs less in the second. */
const SHORT = 200;
const LONG = 1_000;

/** What streaming costs the server, by its own processor time: authorisation, quota and the log are on. */
export default async function open() {
  const { each, pace, close } = await openStage();
  const table = (streams: number, perSecond: number, tokens: number, rounds: number, atMost?: number) => ({
    title: `Streaming, ${streams} at once, ${perSecond} tokens a second each, ${tokens} in all`,
    what: 'token',
    baseline: SDK,
    batch: streams * tokens,
    rounds,
    warmUp: 1,
    wanted: atMost === undefined ? [] : [{ contender: VALKEY, against: SDK, atMost }],
    contenders: each(async (contender) => {
      await pace(perSecond, tokens);
      freshAgent();
      const before = await contender.usage();
      await askMany(contender.url, streams);
      return (await contender.usage()).cpu - before.cpu;
    }),
  });
  const tables = [
    table(100, 50, LONG, 1, 0.75),
    table(100, 50, SHORT, 3, 0.75),
    table(100, 20, SHORT, 3, 1),
    table(1, 50, SHORT, 3),
  ];
  return { tables, close };
}
