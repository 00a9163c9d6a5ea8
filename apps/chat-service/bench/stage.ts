import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { RedisServer } from '@parley/conversations/testing';
import { startWorld } from '../src/testing/world';
import { startParley, startPipe, startSdk, watchStore } from './contenders';
import { BenchProcess, clock, serve, type Role } from './processes';
import { startProvider } from './provider';

const FILE = import.meta.filename;
/** Nobody asks a hundred questions at once. */
const PEOPLE = 250;
/** The simulated DynamoDB is one process: it is not asked for everything in one moment. */
const OPENING = 20;
export const PIPE = 'node:http, piping';
export const SDK = 'AI SDK, minimal server';
export const MEMORY = 'chat-service, log in memory';
export const VALKEY = 'chat-service, log in Valkey';

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
      serve({ url: await startParley(input) }, watchStore);
  }
}

/** Fresh connections for each round: the services close idle ones before the next turn comes. */
let agent = new Agent({ keepAlive: true, maxSockets: Infinity });
export function freshAgent(): void {
  agent.destroy();
  agent = new Agent({ keepAlive: true, maxSockets: Infinity });
}

let tokens: string[] = [];

/** As everybody has done who has signed in: where there is no name it is looked for at each question. */
const nameMyself = (url: string, token: string) =>
  fetch(`${url}/api/session/me`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: 'Somebody' }),
  });

export interface Asked {
  /** Milliseconds since the epoch. */
  askedAt: number;
  firstTokenAt: number;
}

/**
 * Asks one question and reads the answer to its end.
 *
 * @param index of the asker: the same one always asks in the same conversation
 */
export function ask(url: string, conversation: string, index: number, onOpen?: () => void): Promise<Asked> {
  const askedAt = clock();
  const parts = [{ type: 'text', text: 'Hello' }];
  const body = JSON.stringify({ id: conversation, messages: [{ id: randomUUID(), role: 'user', parts }] });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokens[index % PEOPLE]}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/chat`, { method: 'POST', agent, headers }, (response) => {
      let firstTokenAt: number | undefined;
      let refusal = '';
      response.on('data', (chunk: Buffer) => {
        if (response.statusCode !== 200) refusal += chunk.toString();
        if (firstTokenAt !== undefined || !chunk.includes('token')) return;
        firstTokenAt = clock();
        onOpen?.();
      });
      response.on('end', () => {
        if (firstTokenAt !== undefined) resolve({ askedAt, firstTokenAt });
        else reject(new Error(`${url} answered ${response.statusCode} without a token: ${refusal}`));
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Where each asker asks, for every question that is not the first of its conversation. */
const conversations = new Map<string, string[]>();
function conversationOf(url: string, index: number): string {
  const own = conversations.get(url) ?? [];
  conversations.set(url, own);
  return (own[index] ??= randomUUID());
}

/** So many streams at once, opened one after the other as the store allows. Resolves when all have ended. */
export async function askMany(
  url: string,
  streams: number,
  { isFirst = false, onAllOpen = async () => {} }: { isFirst?: boolean; onAllOpen?: () => Promise<void> } = {},
) {
  const answers: Promise<unknown>[] = [];
  let opened = 0;
  const opener = async () => {
    while (answers.length < streams) {
      const isOpen = Promise.withResolvers<void>();
      const index = answers.length;
      const answer = ask(url, isFirst ? randomUUID() : conversationOf(url, index), index, isOpen.resolve);
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

/** Everything that a bench of answers wants: provider, simulated AWS, Valkey, and the servers that are compared. */
export async function openStage() {
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
  for (const name of [MEMORY, VALKEY])
    await Promise.all(tokens.map((token) => nameMyself(contenders[name]!.url, token)));
  return {
    each: <T>(work: (contender: BenchProcess) => Promise<T>) =>
      Object.fromEntries(Object.entries(contenders).map(([name, contender]) => [name, () => work(contender)])),
    /** For all answers that are begun from now on. */
    pace: (tokensPerSecond: number, tokensOfAnswer: number) =>
      fetch(`${provider.url}/pace/${tokensPerSecond}/${tokensOfAnswer}`),
    async close() {
      for (const one of [...Object.values(contenders), provider, aws]) one.stop();
      await redis.stop();
    },
  };
}
