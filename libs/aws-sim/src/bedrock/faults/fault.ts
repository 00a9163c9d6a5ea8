import { z } from 'zod';

export const operationSchema = z.enum(['voice', 'converse', 'converseStream', 'retrieve']);
export type Operation = z.infer<typeof operationSchema>;

/** Only requests of this operation are hit; without it, any. */
const operation = operationSchema.optional();
/** How many frames of the answer go out first. 0: the headers only. */
const afterFrames = z.number().int().nonnegative().default(0);
/** The fault strikes before the headers of the answer. */
const beforeHeaders = z.boolean().default(false);
const ms = z.number().nonnegative();

/** Everything that can go wrong on purpose. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Answered with this status instead of the operation's answer. */
  z.object({
    kind: z.literal('http'),
    operation,
    status: z.literal([400, 403, 404, 408, 424, 429, 500, 503]),
    /** In place of what the status stands for. */
    type: z.literal('ExpiredTokenException').optional(),
    message: z.string().optional(),
    retryAfterSeconds: z.number().nonnegative().optional(),
  }),
  /** An exception frame (`throttlingException`, …; also names that the SDK does not know), then the end. */
  z.object({
    kind: z.literal('exception'),
    operation,
    name: z.string().regex(/^[a-z][A-Za-z]*$/),
    message: z.string().optional(),
    afterFrames,
  }),
  /** A frame of type `error` instead of `exception`, then the end. */
  z.object({
    kind: z.literal('errorFrame'),
    operation,
    code: z.string().default('InternalError'),
    message: z.string().default('Something failed'),
    afterFrames,
  }),
  /** RST_STREAM; over HTTP/1.1 a TCP reset. */
  z.object({ kind: z.literal('reset'), operation, afterFrames, beforeHeaders }),
  /** The socket is gone without a word. */
  z.object({ kind: z.literal('drop'), operation, afterFrames, beforeHeaders }),
  /** GOAWAY on the connection, and business as usual on the stream. */
  z.object({ kind: z.literal('goaway'), operation, afterFrames }),
  /** Never any answer, not even headers. */
  z.object({ kind: z.literal('silence'), operation }),
  /** Half of the next frame, then a clean end. */
  z.object({ kind: z.literal('halfFrame'), operation, afterFrames }),
  /** The next frame has a wrong checksum. */
  z.object({ kind: z.literal('badChecksum'), operation, afterFrames }),
  /** A clean end of the answer before its time. */
  z.object({ kind: z.literal('end'), operation, afterFrames }),
  /** A pause, for ever without `forMs`; then the answer goes on. */
  z.object({ kind: z.literal('stall'), operation, afterFrames, forMs: ms.optional() }),
  /** A pause before each frame, until all faults are switched off. */
  z.object({ kind: z.literal('slow'), operation, everyMs: ms.default(100) }),
  /** Events and fields that nobody knows, between the others. */
  z.object({ kind: z.literal('unknownEvents'), operation }),
  /** Tool arguments as a JSON string that holds JSON. */
  z.object({ kind: z.literal('doubleEncodedToolArguments'), operation }),
  /** Each tool call comes twice, the second before the first was answered. */
  z.object({ kind: z.literal('overlappingToolCalls'), operation }),
  z.object({ kind: z.literal('missingUsage'), operation }),
  z.object({ kind: z.literal('contentFilter'), operation }),
  /** The answer stops at half of its text with `max_tokens`. */
  z.object({ kind: z.literal('maxTokens'), operation }),
  /** A block of reasoning stands before the answer. */
  z.object({ kind: z.literal('reasoning'), operation }),
  /** The model believes to be interrupted after so many pieces of audio, though nobody spoke. */
  z.object({ kind: z.literal('bargeIn'), operation, afterPieces: z.number().int().positive().default(2) }),
]);

export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type FaultKind = Fault['kind'];
export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** The faults of one request. */
export class RequestFaults {
  constructor(
    private readonly faults: readonly Fault[],
    /** Aborted when all faults are switched off. */
    readonly cleared: AbortSignal,
  ) {}

  find<K extends FaultKind>(kind: K): FaultOf<K> | undefined {
    return this.faults.find((fault): fault is FaultOf<K> => fault.kind === kind);
  }

  has(kind: FaultKind): boolean {
    return this.faults.some((fault) => fault.kind === kind);
  }

  get all(): readonly Fault[] {
    return this.faults;
  }
}
