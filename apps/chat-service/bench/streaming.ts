import { SDK, VALKEY, askMany, freshAgent, type openStage } from './stage';

interface Streaming {
  /** At once. */
  streams: number;
  tokensPerSecond: number;
  /** Of an answer. */
  tokens: number;
  rounds: number;
  /** Of the AI SDK's minimal server. */
  wanted?: number;
}

/** What streaming costs the server, by its own processor time: authorisation, quota and the log are on. */
export const streaming = (
  { each, pace }: Awaited<ReturnType<typeof openStage>>,
  { streams, tokensPerSecond, tokens, rounds, wanted }: Streaming,
) => ({
  title: `Streaming, ${streams} at once, ${tokensPerSecond} tokens a second each, ${tokens} in all`,
  what: 'token',
  baseline: SDK,
  batch: streams * tokens,
  rounds,
  warmUp: 1,
  wanted: wanted === undefined ? [] : [{ contender: VALKEY, against: SDK, atMost: wanted }],
  contenders: each(async (contender) => {
    await pace(tokensPerSecond, tokens);
    freshAgent();
    const before = await contender.usage();
    await askMany(contender.url, streams);
    return (await contender.usage()).cpu - before.cpu;
  }),
});
