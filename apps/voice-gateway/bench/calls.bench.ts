import './roles/index';
import { openCalls, talk } from './driver';
import { playBack } from './play-back';
import { RolePlayer } from './processes';

const FULL = process.argv.includes('--full') || process.env.BENCH_FULL === 'true';
const TALK_MS = FULL ? 10_000 : 1_000;
const LEVELS = [200, 100, 10];
const GROWTH = [
  [10, 100],
  [100, 200],
] as const;
const ROUNDS = FULL ? 9 : 2;
/** `BENCH_ADAPTERS=lean` leaves the other one out, for a run that must be short. */
const ADAPTERS = process.env.BENCH_ADAPTERS?.split(',') ?? ['lean', 'sdk'];
/** As many users as calls, and a call of half a minute each. */
const USERS = 200;
const CALL_FRAMES = 937;

const file = import.meta.filename;

/** Seen of one contender at one time. */
interface Seen {
  /** Processor time of the server for one frame each way, by how many talk. */
  cpu: Record<number, number>;
  p50: Record<number, number>;
  p99: Record<number, number>;
  /** As fast as it goes: fifty calls, eight frames ahead of their answers. */
  saturated: number;
  /** Upgrade, identity, opening, half a minute of talk, transcript, end. */
  wholeCall: number;
  /** Bytes held for one open call, of all that are open at the most; and for one more beyond the level below. */
  held: number;
  heldMore: Record<number, number>;
}

/** Calls through the gateway, by both adapters, against a bare WebSocket server and a bare relay over the AWS SDK. */
export default async function bench() {
  const model = await RolePlayer.start(file, 'model');
  const around = await RolePlayer.start(file, 'surroundings', { users: String(USERS) });
  const facts = { ...around.facts, tokens: '', model: model.facts.endpoint! };
  const tokens = around.facts.tokens!.split(' ');
  const contenders: Record<string, RolePlayer> = {
    'bare ws': await RolePlayer.start(file, 'bare'),
    'bare relay': await RolePlayer.start(file, 'relay', facts),
  };
  for (const adapter of ADAPTERS)
    contenders[`gateway, ${adapter}`] = await RolePlayer.start(file, 'gateway', { ...facts, adapter });
  const names = Object.keys(contenders);
  const seen = Object.fromEntries(names.map((name) => [name, [] as Seen[]]));
  for (const name of names) await look(contenders[name]!, tokens, 500);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round) % names.length]!;
      seen[name]!.push(await look(contenders[name]!, tokens, TALK_MS));
    }
  }
  const players = [...Object.values(contenders), model, around];

  /** Everything has been seen above, in turns; a table shows one side of it, a round at a time. */
  const table = (title: string, what: string, of: (seen: Seen) => number, more: object = {}) => ({
    title,
    what,
    baseline: 'bare relay',
    batch: 1,
    rounds: ROUNDS,
    contenders: Object.fromEntries(names.map((name) => [name, playBack(seen[name]!.map(of))])),
    ...more,
  });
  const wanted = (lean: number, sdk = Infinity) => ({
    wanted: Object.entries({ 'gateway, lean': lean, 'gateway, sdk': sdk })
      .filter(([name, atMost]) => name in contenders && atMost < Infinity)
      .map(([contender, atMost]) => ({ contender, against: 'bare relay', atMost })),
  });
  return {
    tables: [
      ...LEVELS.toReversed().flatMap((level) => [
        table(`Processor time, ${level} calls`, 'frame each way', ({ cpu }) => cpu[level]!, wanted(0.8, 1.25)),
        table(`Wait for an answer, ${level} calls, median`, 'frame', ({ p50 }) => p50[level]!, { unit: 'clock' }),
        table(`Wait for an answer, ${level} calls, 99th percentile`, 'frame', ({ p99 }) => p99[level]!, {
          unit: 'clock',
          ...(level === 100 ? wanted(0.5) : {}),
        }),
      ]),
      table('Saturated', 'frame each way', ({ saturated }) => saturated, wanted(1 / 1.6)),
      table('A whole call of 30 s', 'call', ({ wholeCall }) => wholeCall, wanted(1.5)),
      table('Held for an open call', 'call', ({ held }) => held, { unit: 'bytes' }),
      // As much for each of the second hundred as of the first: memory grows with the calls and not faster.
      ...GROWTH.map(([from, to]) =>
        table(`Held for a call more, ${from} to ${to} calls`, 'call', ({ heldMore }) => heldMore[to]!, {
          unit: 'bytes',
        }),
      ),
    ],
    close: () => Promise.all(players.map((player) => player.stop())),
  };
}

async function look(player: RolePlayer, tokens: readonly string[], talkMs: number): Promise<Seen> {
  const url = player.facts.url!;
  const seen: Seen = { cpu: {}, p50: {}, p99: {}, saturated: 0, wholeCall: 0, held: 0, heldMore: {} };
  const heldAt: Record<number, number> = {};
  const heldBefore = await player.held();
  const calls: Awaited<ReturnType<typeof openCalls>> = [];
  // On the way up: what ended calls leave to be written belongs to none that is open.
  for (const level of LEVELS.toReversed()) {
    calls.push(...(await openCalls(url, tokens.slice(calls.length), level - calls.length)));
    await talk(calls, 200);
    heldAt[level] = await player.held();
  }
  for (const level of LEVELS) {
    await Promise.all(calls.splice(level).map((call) => call.end()));
    await player.calm();
    await talk(calls, 200);
    const answers = () => calls.reduce((sum, { answered }) => sum + answered, 0);
    const [before, first] = [await player.cpu(), answers()];
    const waits = await talk(calls, talkMs);
    seen.cpu[level] = ((await player.cpu()) - before) / (answers() - first);
    seen.p50[level] = 1_000 * waits[Math.floor(waits.length / 2)]!;
    seen.p99[level] = 1_000 * waits[Math.floor(waits.length * 0.99)]!;
  }
  seen.held = (heldAt[LEVELS[0]!]! - heldBefore) / LEVELS[0]!;
  for (const [from, to] of GROWTH) seen.heldMore[to] = (heldAt[to]! - heldAt[from]!) / (to - from);
  await Promise.all(calls.splice(0).map((call) => call.end()));
  await player.calm();

  const many = await openCalls(url, tokens, 50);
  await Promise.all(many.map((call) => call.sayAll(20, 8)));
  const frames = Math.round(talkMs / 10);
  let before = await player.cpu();
  await Promise.all(many.map((call) => call.sayAll(frames, 8)));
  seen.saturated = ((await player.cpu()) - before) / (50 * frames);
  await Promise.all(many.map((call) => call.end()));
  await player.calm();

  before = await player.cpu();
  const whole = await openCalls(url, tokens, 8);
  await Promise.all(whole.map((call) => call.sayAll(CALL_FRAMES, 4)));
  await Promise.all(whole.map((call) => call.end()));
  await player.calm();
  seen.wholeCall = ((await player.cpu()) - before) / whole.length;
  return seen;
}
