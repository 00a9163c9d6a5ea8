import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { RedisServer } from '@parley/conversations/testing';
import { startWorld } from '../src/testing/world';
import { startParley, startPipe, startSdk } from './contenders';
import { BenchProcess, serve, type Role } from './processes';
import { startProvider } from './provider';

const FILE = import.meta.filename;
const ROUNDS = 3;
/** Nobody asks a hundred questions at once. */
const PEOPLE = 250;
/** The simulated DynamoDB is one process: it is not asked for everything in one moment. */
const OPENING = 20;
const PIPE = 'node:http, piping';
const SDK = 'AI SDK, minimal server';
const MEMORY = 'chat-service, log in memory';
const VALKEY = 'chat-service, log in Valkey';

const role = process.env['BENCH_ROLE'] as Role | undefined;
if (role !== undefined) {
  const input = JSON.parse(process.env['BENCH_INPUT'] ?? '{}') as Record<string, string>;
  switch (role) {
    case 'provider':
      serve({ url: (await startProvider()).url });
      break;
    case 'aws': {
      const { environment, issuer } = await startWorld();
      const tokens = await Promise.all(
        Array.from({ length: PEOPLE }, (_, index) =>
          issuer.mint({ ...issuer.users[0]!, sub: `person-${index}` }, { expiresInMs: 7_200_000 }),
        ),
      );
      serve({ url: '', environment: JSON.stringify(environment), tokens: JSON.stringify(tokens) });
      break;
    }
    case 'pipe':
      serve({ url: await startPipe(input['provider']!) });
      break;
    case 'sdk':
      serve({ url: await startSdk(input['provider']!) });
      break;
    case 'parley':
      serve({ url: await startParley(input) });
  }
}

/** Fresh connections for each round: the services close idle ones before the next turn comes. */
let agent = new Agent({ keepAlive: true, maxSockets: Infinity });
function freshAgent(): void {
  agent.destroy();
  agent = new Agent({ keepAlive: true, maxSockets: Infinity });
}

let tokens: string[] = [];
let questions = 0;

/** Asks one question and reads the answer to its end. Answers when its first token came. */
function ask(url: string, onOpen?: () => void): Promise<{ firstTokenMs: number }> {
  const started = performance.now();
  const parts = [{ type: 'text', text: 'Hello' }];
  const body = JSON.stringify({ id: randomUUID(), messages: [{ id: randomUUID(), role: 'user', parts }] });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[(questions += 1) % PEOPLE]}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/chat`, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${url} answered ${response.statusCode}`));
      let firstTokenMs: number | undefined;
      response.on('data', (chunk: Buffer) => {
        if (firstTokenMs !== undefined || !chunk.includes('token')) return;
        firstTokenMs = performance.now() - started;
        onOpen?.();
      });
      response.on('end', () => resolve({ firstTokenMs: firstTokenMs ?? Infinity }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** So many streams at once, opened one after the other as the store allows. Resolves when all have ended. */
async function askMany(url: string, streams: number, onAllOpen: () => Promise<void> = async () => undefined) {
  const answers: Promise<unknown>[] = [];
  let opened = 0;
  const opener = async () => {
    while (answers.length < streams) {
      const isOpen = Promise.withResolvers<void>();
      const answer = ask(url, isOpen.resolve);
      answers.push(answer);
      await Promise.race([isOpen.promise, answer]);
      opened += 1;
    }
  };
  await Promise.all(Array.from({ length: OPENING }, opener));
  if (opened !== streams) throw new Error(`${opened} streams were opened in place of ${streams}`);
  await onAllOpen();
  await Promise.all(answers);
}

export default async function open() {
  const aws = await BenchProcess.start(FILE, 'aws');
  tokens = JSON.parse(aws.told['tokens']!) as string[];
  const redis = await RedisServer.start();
  const provider = await BenchProcess.start(FILE, 'provider');
  const environment = {
    ...(JSON.parse(aws.told['environment']!) as Record<string, string>),
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: provider.url,
  };
  const contenders: Record<string, BenchProcess> = {
    [PIPE]: await BenchProcess.start(FILE, 'pipe', { provider: provider.url }),
    [SDK]: await BenchProcess.start(FILE, 'sdk', { provider: provider.url }),
    [MEMORY]: await BenchProcess.start(FILE, 'parley', environment),
    [VALKEY]: await BenchProcess.start(FILE, 'parley', { ...environment, VALKEY_URL: redis.valkey.url }),
  };

  const pace = (perSecond: number, tokens: number) => fetch(`${provider.url}/pace/${perSecond}/${tokens}`);
  const each = (work: (contender: BenchProcess) => Promise<number>) =>
    Object.fromEntries(Object.entries(contenders).map(([name, contender]) => [name, () => work(contender)]));

  /** Processor time of the server alone, for so many streams at such a pace. */
  const cost = (streams: number, perSecond: number, tokens: number, rounds = ROUNDS, wanted: object[] = []) => ({
    title: `Streaming, ${streams} at once, ${perSecond} tokens a second each`,
    what: 'token',
    baseline: SDK,
    batch: streams * tokens,
    rounds,
    warmUp: rounds === 1 ? 0 : 1,
    wanted,
    contenders: each(async (contender) => {
      await pace(perSecond, tokens);
      freshAgent();
      const before = await contender.usage();
      await askMany(contender.url, streams);
      return (await contender.usage()).cpu - before.cpu;
    }),
  });
  /** In place of processor time: the median time to the first token of questions one after the other. */
  const firstToken = {
    title:
      'Time to the first token, one question after the other (microseconds of the clock; all store requests in it)',
    what: 'question',
    baseline: PIPE,
    batch: 1,
    rounds: ROUNDS,
    contenders: each(async (contender) => {
      await pace(1_000, 3);
      freshAgent();
      const times: number[] = [];
      for (let index = 0; index < 30; index += 1) times.push((await ask(contender.url)).firstTokenMs);
      return times.sort((one, other) => one - other)[15]! * 1_000;
    }),
  };
  /** In place of processor time: bytes held for each stream that is open. */
  const memory = (streams: number) => ({
    title: `Memory of an open stream, ${streams} open (bytes in place of microseconds)`,
    what: 'stream',
    baseline: PIPE,
    batch: streams,
    rounds: 1,
    warmUp: 0,
    wanted: [{ contender: VALKEY, against: PIPE, atMost: 2.5 }],
    contenders: each(async (contender) => {
      await pace(2, 50);
      freshAgent();
      const before = await contender.usage();
      let during = before;
      await askMany(contender.url, streams, async () => void (during = await contender.usage()));
      return Math.max(1, during.memory - before.memory);
    }),
  });

  const atMost = (limit: number) => [{ contender: VALKEY, against: SDK, atMost: limit }];
  return {
    tables: [
      cost(100, 50, 200, ROUNDS, atMost(0.75)),
      firstToken,
      cost(100, 20, 200, 1, atMost(1)),
      memory(1_000),
      cost(1, 50, 200, 1),
      cost(1_000, 4, 120, 1),
    ],
    async close() {
      for (const one of [...Object.values(contenders), provider, aws]) one.stop();
      await redis.stop();
    },
  };
}
