import { openStage } from './stage';
import { streaming } from './streaming';

/** Long answers: what a question costs once weighs less in them. */
export default async function open() {
  const stage = await openStage();
  const tables = [streaming(stage, { streams: 100, tokensPerSecond: 50, tokens: 1_000, rounds: 1, wanted: 0.75 })];
  return { tables, close: stage.close };
}
