import './roles/index';
import { setTimeout as pause } from 'node:timers/promises';
import { playBack } from './play-back';
import { RolePlayer } from './processes';
import { FRAME_MS, SPEAKERS } from './roles/speakers';

const ROUNDS = 9;
const ROUND_MS = 2_000;
const file = import.meta.filename;

/**
 * What it would save to hold each first frame back for the second (32 ms) and send both as one event: the model's side of
 * the gateway, both ways at the same time.
 */
export default async function bench() {
  const model = await RolePlayer.start(file, 'model');
  const facts = { model: model.facts.endpoint! };
  const contenders = {
    'one frame an event': await RolePlayer.start(file, 'speakers', { ...facts, together: '1' }),
    'two frames an event': await RolePlayer.start(file, 'speakers', { ...facts, together: '2' }),
  };
  const players = Object.values(contenders);
  const used = () => Promise.all(players.map((player) => player.cpu()));
  const seen: number[][] = players.map(() => []);
  await pause(ROUND_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, since] = [await used(), performance.now()];
    await pause(ROUND_MS);
    const frames = (SPEAKERS * (performance.now() - since)) / FRAME_MS;
    for (const [n, cpu] of (await used()).entries()) seen[n]!.push((cpu - before[n]!) / frames);
  }
  return {
    tables: [
      {
        title: `Streams to the model, ${SPEAKERS} callers each way`,
        what: 'frame and its answer',
        baseline: 'one frame an event',
        batch: 1,
        rounds: ROUNDS,
        contenders: Object.fromEntries(Object.keys(contenders).map((name, n) => [name, playBack(seen[n]!)])),
      },
    ],
    close: () => Promise.all([...players, model].map((player) => player.stop())),
  };
}
