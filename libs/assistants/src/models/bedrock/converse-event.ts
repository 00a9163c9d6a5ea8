import { JSONParseError, TypeValidationError } from 'ai';
import { z } from 'zod';
import { textHeaders, type FrameMessage } from './frame-reader';

/** A piece of a block; with nothing in it, it is one that is not shown, such as a citation. */
export interface Delta {
  index: number;
  text?: string;
  /** Of a tool's arguments. */
  input?: string;
  thought?: { text?: string; signature?: string; data?: string; redactedContent?: string };
}

const toolUse = z.object({ toolUseId: z.string(), name: z.string() });
const usage = z
  .object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    totalTokens: z.number().optional(),
    cacheReadInputTokens: z.number().nullish(),
    cacheWriteInputTokens: z.number().nullish(),
    cacheDetails: z.array(z.object({ inputTokens: z.number(), ttl: z.string() }).catchall(z.json())).nullish(),
  })
  .catchall(z.json());

/** What is read of the events that come a few times an answer. */
const EVENTS = {
  contentBlockStart: z.object({
    contentBlockIndex: z.number(),
    start: z.object({ toolUse: toolUse.nullish() }).nullish(),
  }),
  contentBlockStop: z.object({ contentBlockIndex: z.number() }),
  messageStop: z.object({
    stopReason: z.string(),
    additionalModelResponseFields: z
      .object({ delta: z.object({ stop_sequence: z.string().nullish() }).nullish() })
      .nullish(),
  }),
  metadata: z.object({
    usage: usage.nullish(),
    trace: z.json().nullish(),
    performanceConfig: z.object({ latency: z.string() }).nullish(),
    serviceTier: z.object({ type: z.string() }).nullish(),
  }),
};

const anything = z.record(z.string(), z.unknown());

type Name = keyof typeof EVENTS;
export type Said<Event extends Name> = z.infer<(typeof EVENTS)[Event]>;
export type Usage = NonNullable<Said<'metadata'>['usage']>;

export type ConverseEvent =
  | { type: 'delta'; said: Delta }
  | { type: 'exception'; name: string; message: unknown; said: unknown }
  | { [Event in Name]: { type: Event; said: Said<Event> } }[Name];

/**
 * The event in a message of ConverseStream; `undefined` for one that nothing is made of.
 *
 * @throws JSONParseError or TypeValidationError for what it cannot be
 */
export function eventIn({ headers, payload }: FrameMessage): ConverseEvent | undefined {
  const texts = textHeaders(headers);
  switch (texts.get(':message-type')) {
    case 'event':
      return eventOf(texts.get(':event-type'), payload);
    case 'exception': {
      // Padded against whoever watches lengths, as all that Bedrock sends.
      const { p: _padding, ...said } = readAs(anything, payloadIn(payload));
      return { type: 'exception', name: texts.get(':exception-type') ?? UNNAMED, message: said['message'], said };
    }
    case 'error': {
      // A fault that the service's own model does not know: it is in the headers.
      const message = texts.get(':error-message');
      return { type: 'exception', name: texts.get(':error-code') ?? UNNAMED, message, said: { message } };
    }
    default:
      return undefined;
  }
}

const UNNAMED = 'UnknownError';

function eventOf(name: string | undefined, bytes: Buffer): ConverseEvent | undefined {
  if (name === undefined) return undefined;
  const payload = payloadIn(bytes);
  if (name === 'contentBlockDelta') return { type: 'delta', said: deltaOf(payload) };
  if (!Object.hasOwn(EVENTS, name)) return undefined;
  return { type: name, said: readAs<unknown>(EVENTS[name as Name], payload) } as ConverseEvent;
}

/** By hand, as a token passes here. The first kind that it can be is what it is. */
function deltaOf(payload: Payload): Delta {
  const { contentBlockIndex: index, delta } = payload;
  if (typeof index === 'number') {
    if (delta == null) return { index };
    const { text, citation, toolUse, reasoningContent } = delta as Payload;
    if (typeof text === 'string') return { index, text };
    if (citation !== undefined && anything.safeParse(citation).success) return { index };
    if (typeof toolUse?.input === 'string') return { index, input: toolUse.input };
    for (const kind of ['text', 'signature', 'data', 'redactedContent'])
      if (typeof reasoningContent?.[kind] === 'string') return { index, thought: { [kind]: reasoningContent[kind] } };
  }
  throw new TypeValidationError({ value: payload, cause: new Error('a piece of no kind that is known') });
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- every field is looked at before it is believed */
type Payload = Record<string, any>;

function payloadIn(bytes: Buffer): Payload {
  const text = bytes.toString();
  try {
    return JSON.parse(text) as Payload;
  } catch (cause) {
    throw new JSONParseError({ text, cause });
  }
}

function readAs<Read>(schema: z.ZodType<Read>, value: unknown): Read {
  const { success, data, error } = schema.safeParse(value);
  if (!success) throw new TypeValidationError({ value, cause: error });
  return data;
}
