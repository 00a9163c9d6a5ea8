import Ajv, { type ValidateFunction } from 'ajv';
import type { RawData, WebSocket } from 'ws';

type End = 'client' | 'server';
type Schema = Record<string, unknown>;
/** As much of an AsyncAPI document as is looked at here. */
export interface AsyncApiDocument {
  channels: Record<string, { messages: Record<string, { payload?: Schema }> }>;
  operations: Record<string, { reply?: { messages: { $ref: string }[] } }>;
}
interface Frame {
  event?: unknown;
  action?: unknown;
  ref?: string;
}
interface Asked {
  key: string;
  fits: boolean;
}

/** Codes by which a server says that a frame is not of its wire. */
const NOT_OF_THE_WIRE = new Set(['invalid_frame', 'unknown_event']);
/** The code by which it says that it has not looked. */
const UNREAD = 'too_fast';

/**
 * Holds every frame that crosses a socket in a test to the AsyncAPI document of the service, both ways:
 *
 * - what the server says is in the document, with every field of it;
 * - what the client says fits exactly when the server does not refuse it as no frame of the wire (told by the `ref`);
 * - an answer is one that the document gives for what was said.
 */
export class WireWatch {
  /** What did not agree, in words. */
  readonly faults: string[] = [];
  /** Codes of the `error` events that were heard. */
  readonly errorCodes = new Set<string>();
  private readonly seen = new Set<string>();
  private readonly checks = new Map<string, ValidateFunction | undefined>();

  constructor(private readonly document: AsyncApiDocument) {
    const ajv = new Ajv({ allErrors: true });
    for (const { messages } of Object.values(document.channels))
      for (const [key, { payload }] of Object.entries(messages))
        this.checks.set(key, payload && ajv.compile(key.startsWith('server.') ? closed(payload) : payload));
  }

  /** Messages of the document that did not cross. */
  get unseen(): string[] {
    return [...this.checks.keys()].filter((key) => !this.seen.has(key));
  }

  /** Listens to both ends of a client's socket. @returns the same socket */
  over<S extends Pick<WebSocket, 'on' | 'send'>>(socket: S): S {
    const asked = new Map<string, Asked>();
    const send = socket.send.bind(socket) as (...args: unknown[]) => void;
    socket.send = ((data: unknown, ...more: unknown[]) => {
      if (typeof data === 'string') this.said(data, asked);
      else this.seen.add('client.binary');
      send(data, ...more);
    }) as S['send'];
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.fits('server.binary', data);
      else this.heard(JSON.parse(String(data)) as Frame, asked);
    });
    return socket;
  }

  private said(text: string, asked: Map<string, Asked>): void {
    const frame = parsed(text);
    if (frame === undefined) return;
    const key = keyOf('client', frame);
    const fits = this.fits(key, frame);
    if (frame.ref !== undefined) asked.set(frame.ref, { key, fits });
    else if (!fits) this.faults.push(`${key} does not fit, and has no ref by which its refusal is known`);
  }

  private heard(frame: Frame, asked: Map<string, Asked>): void {
    const key = keyOf('server', frame);
    const code = key === 'server.error' ? codeOf(frame) : undefined;
    if (code !== undefined) this.errorCodes.add(code);
    if (!this.fits(key, frame)) this.faults.push(`${key}: ${this.reasons(key)}`);
    const question = frame.ref === undefined ? undefined : asked.get(frame.ref);
    if (question === undefined) return;
    asked.delete(frame.ref!);
    if (code === UNREAD) return;
    const isRefused = code !== undefined && NOT_OF_THE_WIRE.has(code);
    if (question.fits === isRefused)
      this.faults.push(`${question.key} ${isRefused ? 'fits' : 'does not fit'} and is answered with ${code ?? key}`);
    const answers = this.document.operations[question.key]?.reply?.messages ?? [];
    if (!isRefused && !answers.some(({ $ref }) => $ref.endsWith(`/${key}`)))
      this.faults.push(`${question.key} is answered with ${key}`);
  }

  private fits(key: string, frame: unknown): boolean {
    if (!this.checks.has(key)) return false;
    const check = this.checks.get(key);
    const fits = check === undefined || check(frame) === true;
    if (fits) this.seen.add(key);
    return fits;
  }

  private reasons(key: string): string {
    if (!this.checks.has(key)) return 'it is not in the document';
    return JSON.stringify(this.checks.get(key)?.errors);
  }
}

/** A schema in which fields that it does not name are faults. */
const closed = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema), (_, value: unknown) => {
    const { type, properties } = (value ?? {}) as Schema;
    const isOpen = type === 'object' && typeof properties === 'object';
    return isOpen ? { additionalProperties: false, ...(value as Schema) } : value;
  }) as Schema;

function parsed(text: string): Frame | undefined {
  try {
    return JSON.parse(text) as Frame;
  } catch {
    return undefined;
  }
}

function keyOf(end: End, { event, action }: Frame): string {
  const name = typeof event === 'object' && event !== null ? Object.keys(event)[0] : (event ?? action);
  return `${end}.${String(name)}`;
}

const codeOf = (frame: Frame): string => {
  const { event, data } = frame as { event: { error?: { code: string } }; data?: { code: string } };
  return (data ?? event.error)!.code;
};
