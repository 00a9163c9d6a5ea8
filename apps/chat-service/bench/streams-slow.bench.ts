import { openStage } from './stage';
import { streaming } from './streaming';

/** Too slow for pieces to be merged. */
export default async function open() {
  const stage = await openStage();
  const tables = [streaming(stage, { streams: 100, tokensPerSecond: 20, tokens: 200, rounds: 3, wanted: 1 })];
  return { tables, close: stage.close };
}
