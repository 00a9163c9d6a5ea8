import { openStage } from './stage';
import { streaming } from './streaming';

/** Answers of a screen of text. */
export default async function open() {
  const stage = await openStage();
  const tables = [
    streaming(stage, { streams: 100, tokensPerSecond: 50, tokens: 200, rounds: 3, wanted: 0.75 }),
    streaming(stage, { streams: 1, tokensPerSecond: 50, tokens: 200, rounds: 3 }),
  ];
  return { tables, close: stage.close };
}
