import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { seeded } from '@parley/conversations/testing';
import { CONVERSE_STREAMS } from '../../testing/converse-streams';
import { QUESTION } from '../../testing/read-answer';
import type { ChatModel, ModelPart } from '../chat-model';
import { streamedModel } from '../streamed-model';
import { ConverseModel } from './converse-model';

const HEADERS = { 'x-amzn-requestid': 'r-1', date: 'Thu, 26 Nov 2026 12:00:00 GMT' };
/** Asked for what it does not do, so that it warns. */
const CALL = { ...QUESTION, frequencyPenalty: 1 };

const packageOver = (fetch: typeof globalThis.fetch, id = 'amazon.nova-lite-v1:0') =>
  createAmazonBedrock({ region: 'eu-central-1', apiKey: 'key', fetch })(id);

/** The package as it is, given these bytes. */
const theirs = (pieces: readonly Buffer[]): ChatModel =>
  streamedModel(packageOver(async () => new Response(ReadableStream.from(pieces), { headers: HEADERS })));

/** Ours, given them as Node's HTTP gives them. */
const ours = (pieces: readonly Buffer[]): ChatModel =>
  new ConverseModel(
    (fetch) => packageOver(fetch),
    async () => messageOf(pieces),
  );

function messageOf(pieces: readonly Buffer[]): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.statusCode = 200;
  message.rawHeaders = Object.entries(HEADERS).flat();
  for (const piece of pieces) message.push(piece);
  message.push(null);
  return message;
}

/** All parts, and whether it broke off after them. Errors are told by their names: their words are the package's own. */
async function read(model: ChatModel) {
  const parts: ModelPart[] = [];
  const answer = await model.ask(CALL);
  const reading = answer.read((part) => parts.push(part), new AbortController().signal);
  const isBroken = await reading.then(
    () => false,
    () => true,
  );
  const named = (error: unknown) => (error instanceof Error ? error.name : error);
  return {
    parts: parts.map((part) => (part.type === 'error' ? { ...part, error: named(part.error) } : part)),
    isBroken,
  };
}

function cuts(bytes: Buffer, size: () => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Math.max(1, Math.floor(size()));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

const ROWS = Object.entries(CONVERSE_STREAMS);

describe('a stream of Bedrock is read as its package reads it, part by part:', () => {
  it.each(ROWS)('%s', async (_name, { frames, differs = (parts) => parts, broken }) => {
    const { parts } = await read(theirs([Buffer.concat(frames)]));
    const expected = differs(parts);
    const bytes = Buffer.concat(broken === undefined ? frames : [...frames, broken]);
    // What came before a break is told, which the package does only in part; nothing is told to be its end.
    const told =
      broken === undefined ? { parts: expected, isBroken: false } : { parts: expected.slice(0, -1), isBroken: true };
    const random = seeded(3);
    const ways = [
      [bytes],
      [...frames, ...(broken === undefined ? [] : [broken])],
      ...(bytes.length < 10_000 ? [cuts(bytes, () => 1)] : []),
    ];
    for (let round = 0; round < 20; round += 1) ways.push(cuts(bytes, () => random() ** 3 * bytes.length));
    for (const pieces of ways) expect(await read(ours(pieces))).toEqual(told);
  });

  it.each(ROWS.filter(([, { broken }]) => broken !== undefined))('and breaks off as there: %s', async (_name, row) => {
    expect((await read(theirs([...row.frames, row.broken!]))).isBroken).toBe(true);
  });
});

it('the id of a call goes back to a model of Mistral as its package shortens it: ours need not', async () => {
  const bodies: string[] = [];
  const model = new ConverseModel(
    (fetch) => packageOver(fetch, 'mistral.some-model-v1:0'),
    async ({ body }) => {
      bodies.push(body);
      return messageOf([]);
    },
  );
  const call = { toolCallId: 'tooluse_bpe71yCfRu2b5i-nKGDr5g', toolName: 'f' };
  const output = { type: 'text' as const, value: 'x' };
  await model.ask({
    tools: [{ type: 'function', name: 'f', inputSchema: { type: 'object' } }],
    prompt: [
      ...QUESTION.prompt,
      { role: 'assistant', content: [{ type: 'tool-call', ...call, input: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', ...call, output }] },
    ],
  });
  const ids = [...bodies[0]!.matchAll(/"toolUseId":"([^"]*)"/g)].map(([, id]) => id!);
  expect(ids).toEqual([expect.stringMatching(/^[A-Za-z0-9]{9}$/), ids[0]]);
});
