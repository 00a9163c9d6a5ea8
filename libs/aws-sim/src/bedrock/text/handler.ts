import { sleep } from '../clock';
import { closeRecord, type Handled } from '../context';
import { AnswerStream } from '../wire/answer-stream';
import { eventFrame } from '../wire/frames';
import { answerTo, type TextAnswer } from './answer';
import { parseConverse } from './request';

export interface TextSettings {
  /** Pause between two pieces of text. Default 30 ms. */
  pieceMs: number;
  /** Words of a piece. Default 3. */
  pieceWords: number;
}

export const TEXT_SETTINGS: TextSettings = { pieceMs: 30, pieceWords: 3 };

const LATENCY_MS = 10;
const FILTERED = 'The generated text has been blocked by our content filters.';
const REASONING = 'I measure what I was given and say it.';

/** `Converse`: the whole answer at once. @throws AwsException */
export async function handleConverse(handled: Handled): Promise<void> {
  const { exchange, faults } = handled;
  const answer = await answerOf(handled);
  const content = [
    ...(faults.has('reasoning') ? [{ reasoningContent: { reasoningText: { text: REASONING } } }] : []),
    ...(answer.text === '' ? [] : [{ text: answer.text }]),
    ...answer.calls.map(({ name, input }) => ({ toolUse: { toolUseId: toolUseId(handled), name, input } })),
  ];
  const body = {
    output: { message: { role: 'assistant', content } },
    stopReason: answer.stopReason,
    usage: answer.usage,
    metrics: { latencyMs: LATENCY_MS },
  };
  exchange.json(200, body);
  closeRecord(handled, 'answered');
}

/** `ConverseStream` (Bedrock API reference, ConverseStreamOutput): the same answer, a few words at a time. @throws AwsException before the stream */
export async function handleConverseStream(handled: Handled, settings: TextSettings): Promise<void> {
  const { exchange, record, faults, context } = handled;
  const answer = await answerOf(handled);
  const over = new AbortController();
  const stream = new AnswerStream(exchange, faults, context.clock, (why) => {
    over.abort();
    closeRecord(handled, why === 'ended' ? 'answered' : 'fault', why);
  });
  exchange.cancelled.addEventListener('abort', () => {
    over.abort();
    closeRecord(handled, 'cancelled');
  });
  stream.start();
  let events = 0;
  const oddities = faults.has('unknownEvents');
  for (const { name, body, pauseMs } of eventsOf(handled, answer, settings)) {
    if (pauseMs > 0) await sleep(context.clock, pauseMs, over.signal);
    if (over.signal.aborted) return;
    record.sent.push(name);
    context.requests.changed();
    if (oddities) stream.send(eventFrame('laterEvent', { later: true }));
    // Bedrock pads its events, so that their lengths do not tell what they say.
    const padding = 'abcdefghijklmnopqrstuvwxyz'.slice(0, (events++ * 7) % 26);
    stream.send(eventFrame(name, oddities ? { ...body, laterField: [1], p: padding } : { ...body, p: padding }));
  }
  stream.end();
}

interface StreamEvent {
  name: string;
  body: object;
  /** Pause before it. */
  pauseMs: number;
}

function* eventsOf(handled: Handled, answer: TextAnswer, settings: TextSettings): Iterable<StreamEvent> {
  const { faults } = handled;
  const event = (name: string, body: object, pauseMs = 0): StreamEvent => ({ name, body, pauseMs });
  const delta = (contentBlockIndex: number, piece: object, pauseMs = 0) =>
    event('contentBlockDelta', { contentBlockIndex, delta: piece }, pauseMs);
  let index = 0;

  yield event('messageStart', { role: 'assistant' });
  if (faults.has('reasoning')) {
    yield delta(index, { reasoningContent: { text: REASONING } });
    yield delta(index, { reasoningContent: { signature: 'c2ltdWxhdGVk' } });
    yield event('contentBlockStop', { contentBlockIndex: index++ });
  }
  for (const text of piecesOf(answer.text, settings.pieceWords)) yield delta(index, { text }, settings.pieceMs);
  if (answer.text !== '') yield event('contentBlockStop', { contentBlockIndex: index++ });
  for (const { name, input } of answer.calls) {
    const json = JSON.stringify(input);
    const start = { toolUse: { toolUseId: toolUseId(handled), name } };
    yield event('contentBlockStart', { contentBlockIndex: index, start });
    const whole = faults.has('doubleEncodedToolArguments') ? JSON.stringify(json) : json;
    for (const piece of halves(whole)) yield delta(index, { toolUse: { input: piece } }, settings.pieceMs);
    yield event('contentBlockStop', { contentBlockIndex: index++ });
  }
  yield event('messageStop', { stopReason: answer.stopReason });
  if (!faults.has('missingUsage')) {
    yield event('metadata', { usage: answer.usage, metrics: { latencyMs: LATENCY_MS } });
  }
}

async function answerOf({ exchange, record, faults }: Handled): Promise<TextAnswer> {
  record.body = await exchange.readJson();
  const request = parseConverse(record.body);
  const answer = answerTo(request, { cutShort: faults.has('maxTokens'), twice: faults.has('overlappingToolCalls') });
  return faults.has('contentFilter')
    ? { ...answer, text: FILTERED, calls: [], stopReason: 'content_filtered' }
    : answer;
}

const toolUseId = ({ context }: Handled) => `tooluse_${context.newId().replaceAll('-', '').slice(0, 22)}`;

/** Pieces of so many words, spaces and line ends kept: joined they are the text. */
function piecesOf(text: string, words: number): string[] {
  return text.match(new RegExp(`(?:\\S+\\s*|\\s+){1,${words}}`, 'g')) ?? [];
}

const halves = (text: string) => [text.slice(0, text.length >> 1), text.slice(text.length >> 1)].filter((half) => half);
