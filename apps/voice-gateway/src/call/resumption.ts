import { ParleyError } from '@parley/errors';
import { EXPIRED_CREDENTIALS } from './ports/speech-model.port';

/** What a lost stream asks for. */
export type Remedy =
  /** The same again. */
  | 'again'
  /** The same after a longer pause: it is somebody else's turn first. */
  | 'later'
  /** The same with half of the history. */
  | 'less'
  /** Nothing helps: the call ends. */
  | 'none';

export interface StreamLoss {
  remedy: Remedy;
  /** A word for metrics and for `callResuming`. */
  cause: LossCause;
  /** What the caller is told should the call end of it. The model's own words stay in `cause`. */
  error: ParleyError;
}
export type LossCause =
  | 'dropped'
  | 'timed_out'
  | 'idle'
  | 'throttled'
  | 'model_fault'
  | 'no_answer'
  | 'history_too_long'
  | 'credentials'
  | 'refused';

const THROTTLED = new Set(['ThrottlingException', 'ServiceQuotaExceededException', 'ModelNotReadyException']);
const TRANSIENT = new Set([
  'ModelStreamErrorException',
  'ModelErrorException',
  'ServiceUnavailableException',
  'InternalServerException',
]);
const FATAL = new Set(['AccessDeniedException', 'ResourceNotFoundException']);

/**
 * Reads why a stream is gone. `undefined` is the end that nobody asked for: a lost connection looks like one.
 * Names and texts: the API reference of InvokeModelWithBidirectionalStream, and what its users report for
 * `ValidationException`, which stands for faults of ours and for passing ones of theirs.
 */
export function readLoss(error: unknown): StreamLoss {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  const unavailable = (text?: string) =>
    new ParleyError('model_unavailable', { cause: error, ...(text === undefined ? {} : { message: text }) });
  if (error instanceof NoAnswer)
    return { remedy: 'again', cause: 'no_answer', error: new ParleyError('model_timeout', { cause: error }) };
  if (THROTTLED.has(name)) {
    const busy = new ParleyError('at_capacity', { cause: error, retryAfterMs: 5_000 });
    return { remedy: 'later', cause: 'throttled', error: busy };
  }
  if (name === 'ModelTimeoutException' || name === 'StartTimeout')
    return { remedy: 'again', cause: 'timed_out', error: new ParleyError('model_timeout', { cause: error }) };
  if (TRANSIENT.has(name)) return { remedy: 'again', cause: 'model_fault', error: unavailable() };
  if (EXPIRED_CREDENTIALS.has(name)) return { remedy: 'again', cause: 'credentials', error: unavailable() };
  if (FATAL.has(name)) return { remedy: 'none', cause: 'refused', error: unavailable() };
  if (name !== 'ValidationException') return { remedy: 'again', cause: 'dropped', error: unavailable() };

  if (message.includes('Timed out waiting')) return { remedy: 'again', cause: 'idle', error: unavailable() };
  if (message.includes('over max limit')) return { remedy: 'less', cause: 'history_too_long', error: unavailable() };
  // The last of them: a tool's answer that the model could not read. It asks again, or does without.
  if (['System instability', 'RST_STREAM', 'Tool Response parsing error'].some((text) => message.includes(text)))
    return { remedy: 'again', cause: 'model_fault', error: unavailable() };
  if (message.includes('content filters'))
    return { remedy: 'none', cause: 'refused', error: unavailable('The model will not talk about this') };
  return { remedy: 'none', cause: 'refused', error: unavailable() };
}

/** A stream that gave no sign of life although somebody spoke. */
export class NoAnswer extends Error {
  constructor() {
    super('the model gave no sign of life');
  }
}

export interface ResumeLimits {
  /** Attempts in a row; a stream that lived for `healthyMs` begins a new row. */
  attempts: number;
  firstMs: number;
  laterMs: number;
  maxMs: number;
  healthyMs: number;
}

export const RESUME_LIMITS: ResumeLimits = {
  attempts: 5,
  // The first attempt is at once: most losses are a connection, not a model.
  firstMs: 0,
  laterMs: 1_000,
  maxMs: 8_000,
  healthyMs: 20_000,
};

/** Counts the attempts to resume a call, and says how long to wait before each. */
export class Resumption {
  private row = 0;

  constructor(
    private readonly limits: ResumeLimits = RESUME_LIMITS,
    private readonly random: () => number = Math.random,
  ) {}

  /** The number of the next attempt and the pause before it; `undefined` when it is enough. */
  next({ remedy }: StreamLoss, streamLivedMs: number): { attempt: number; waitMs: number } | undefined {
    if (remedy === 'none') return undefined;
    if (streamLivedMs >= this.limits.healthyMs) this.row = 0;
    this.row += 1;
    if (this.row > this.limits.attempts) return undefined;
    const { firstMs, laterMs, maxMs } = this.limits;
    const base = this.row === 1 && remedy !== 'later' ? firstMs : laterMs * 2 ** Math.max(0, this.row - 2);
    // Half of it is chance, so that calls that were lost together do not come back together.
    return { attempt: this.row, waitMs: Math.min(maxMs, base) * (0.5 + this.random() / 2) };
  }
}
