import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { RedisServer } from '@parley/conversations/testing';
import { startWorld } from '../src/testing/world';
import { startParley, startPipe, startSdk } from './contenders';
import { BenchProcess, serve, type Role } from './processes';
import { startProvider } from './provider';

const FILE = import.meta.filename;
const ROUNDS = 3;
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
      const token = await issuer.mint('alice', { expiresInMs: 3_600_000 });
      serve({ url: '', environment: JSON.stringify(environment), token });
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

let token = '';

/** Asks one question and reads the answer to its end. Answers when its first token came. */
function ask(url: string, onOpen?: () => void): Promise<{ firstTokenMs: number }> {
  const started = performance.now();
  const parts = [{ type: 'text', text: 'Hello' }];
  const body = JSON.stringify({ id: randomUUID(), messages: [{ id: randomUUID(), role: 'user', parts }] });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
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

export default async function open() {
  const aws = await BenchProcess.start(FILE, 'aws');
  token = aws.told['token']!;
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
  const cost = (streams: number, perSecond: number, tokens: number, wanted: object[] = []) => ({
    title: `Streaming, ${streams} at once, ${perSecond} tokens a second each`,
    what: 'token',
    baseline: SDK,
    batch: streams * tokens,
    rounds: ROUNDS,
    wanted,
    contenders: each(async (contender) => {
      await pace(perSecond, tokens);
      freshAgent();
      const before = await contender.usage();
      await Promise.all(Array.from({ length: streams }, () => ask(contender.url)));
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
    rounds: ROUNDS,
    wanted: [{ contender: VALKEY, against: PIPE, atMost: 2.5 }],
    contenders: each(async (contender) => {
      await pace(2, 12);
      freshAgent();
      const before = await contender.usage();
      let opened = 0;
      const all = Promise.withResolvers<void>();
      const asked = Array.from({ length: streams }, () =>
        ask(contender.url, () => void ((opened += 1) === streams && all.resolve())),
      );
      await all.promise;
      const during = await contender.usage();
      await Promise.all(asked);
      return Math.max(1, during.memory - before.memory);
    }),
  });

  const atMost = (limit: number) => [{ contender: VALKEY, against: SDK, atMost: limit }];
  return {
    tables: [
      cost(1, 50, 100),
      cost(100, 20, 60, atMost(1)),
      cost(100, 50, 150, atMost(0.75)),
      cost(1_000, 2, 12),
      firstToken,
      memory(1_000),
    ],
    async close() {
      for (const one of [...Object.values(contenders), provider, aws]) one.stop();
      await redis.stop();
    },
  };
}
