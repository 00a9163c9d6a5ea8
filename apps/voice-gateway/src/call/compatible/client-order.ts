import { ParleyError } from '@parley/errors';

/** What an event of a client in compatible mode means for its call. */
export type Meaning =
  | { kind: 'nothing' }
  /** The audio block is open: the call may begin. */
  | { kind: 'begin'; promptName: string; voiceId?: string }
  | { kind: 'audio'; content: unknown }
  | { kind: 'typed'; text: string }
  | { kind: 'end' };

const NOTHING: Meaning = { kind: 'nothing' };
/** A text block of a client: prompt and history of its own are not used, so more of them is of no use either. */
const MAX_BLOCKS = 200;

type Body = Record<string, unknown>;
interface Block {
  type: 'TEXT' | 'AUDIO' | 'TOOL';
  /** Typed by the person in the middle of the call: the only text that is taken over. */
  live: boolean;
  text: string;
  filled: boolean;
}

/**
 * The events of a front end that writes Nova Sonic's input events itself, in the order that Nova Sonic demands: shapes and
 * order are checked as the model would check them, and answered in words. Prompt, tools, limits and history are the
 * gateway's: what a client says of them is checked and not used. Of its own it only brings a voice, audio and typed text.
 */
export class ClientOrder {
  private phase: 'new' | 'session' | 'prompt' | 'audio' | 'promptEnded' | 'ended' = 'new';
  private promptName = '';
  private voiceId: string | undefined;
  private readonly open = new Map<string, Block>();
  private readonly used = new Set<string>();

  /** @throws ParleyError `invalid_frame` for what is not in its place or not of its shape, `unknown_event` */
  accept(name: string, given: unknown): Meaning {
    const handler = this.handlers[name as keyof typeof this.handlers] as ((body: Body) => Meaning) | undefined;
    if (!Object.hasOwn(this.handlers, name) || !handler) throw new ParleyError('unknown_event');
    if (typeof given !== 'object' || given === null) throw wrong(`${name} must be an object`);
    return handler(given as Body);
  }

  private readonly handlers = {
    sessionStart: (): Meaning => {
      this.expect('new', 'sessionStart comes first, and once');
      this.phase = 'session';
      return NOTHING;
    },
    promptStart: (body: Body): Meaning => {
      this.expect('session', 'promptStart follows sessionStart, once');
      this.promptName = textOf(body, 'promptName');
      const audio = body['audioOutputConfiguration'] as Body | undefined;
      if (typeof audio?.['voiceId'] === 'string') this.voiceId = audio['voiceId'];
      this.phase = 'prompt';
      return NOTHING;
    },
    contentStart: (body: Body): Meaning => this.contentStart(body),
    textInput: (body: Body): Meaning => {
      const block = this.blockOf(body, 'TEXT');
      const content = textOf(body, 'content', true);
      if (block.live) block.text += content;
      block.filled = true;
      return NOTHING;
    },
    audioInput: (body: Body): Meaning => {
      const block = this.blockOf(body, 'AUDIO');
      block.filled = true;
      return { kind: 'audio', content: body['content'] };
    },
    toolResult: (body: Body): Meaning => {
      // Tools run in the gateway: a client that answers one too is listened to, and not believed.
      this.blockOf(body, 'TOOL').filled = true;
      return NOTHING;
    },
    contentEnd: (body: Body): Meaning => {
      const contentName = textOf(body, 'contentName');
      const block = this.open.get(contentName);
      if (!block) throw wrong('contentEnd names no content that is open');
      if (!block.filled) throw wrong('Cannot end content as no content data was received');
      this.open.delete(contentName);
      return block.live && block.text.trim() !== '' ? { kind: 'typed', text: block.text } : NOTHING;
    },
    promptEnd: (body: Body): Meaning => {
      this.inPrompt(body);
      if (this.open.size > 0) throw wrong('All contents must be closed before ending prompt');
      if (this.phase !== 'audio') throw wrong('The prompt must have at least one audio content');
      this.phase = 'promptEnded';
      return NOTHING;
    },
    sessionEnd: (): Meaning => {
      this.expect('promptEnded', 'sessionEnd follows promptEnd');
      this.phase = 'ended';
      return { kind: 'end' };
    },
  };

  private contentStart(body: Body): Meaning {
    this.inPrompt(body);
    const contentName = textOf(body, 'contentName');
    const { type, role } = body;
    if (type !== 'TEXT' && type !== 'AUDIO' && type !== 'TOOL') throw wrong('contentStart.type is TEXT, AUDIO or TOOL');
    if (this.used.has(contentName)) throw wrong('contentName was used before');
    if (this.used.size >= MAX_BLOCKS) throw wrong('There are too many contents');
    if (this.used.size === 0 && role !== 'SYSTEM') throw wrong('The first content must be of the role SYSTEM');
    if (type === 'AUDIO' && this.phase === 'audio') throw wrong('Audio content is opened once');
    if (type === 'TEXT' && this.phase === 'prompt' && this.open.size > 0) throw wrong('A text content is open already');
    this.used.add(contentName);
    const live = type === 'TEXT' && role === 'USER' && body['interactive'] === true && this.phase === 'audio';
    this.open.set(contentName, { type, live, text: '', filled: false });
    if (type !== 'AUDIO') return NOTHING;
    this.phase = 'audio';
    return {
      kind: 'begin',
      promptName: this.promptName,
      ...(this.voiceId === undefined ? {} : { voiceId: this.voiceId }),
    };
  }

  private blockOf(body: Body, type: Block['type']): Block {
    this.inPrompt(body);
    const block = this.open.get(textOf(body, 'contentName'));
    if (block?.type !== type) throw wrong(`There is no open content of type ${type} with this contentName`);
    return block;
  }

  private inPrompt(body: Body): void {
    if (this.phase !== 'prompt' && this.phase !== 'audio')
      throw wrong('This event has its place between promptStart and promptEnd');
    if (body['promptName'] !== this.promptName) throw wrong('promptName is not that of promptStart');
  }

  private expect(phase: typeof this.phase, message: string): void {
    if (this.phase !== phase) throw wrong(message);
  }
}

const wrong = (message: string) => new ParleyError('invalid_frame', { message });

function textOf(body: Body, field: string, empty = false): string {
  const value = body[field];
  if (typeof value !== 'string' || (!empty && value === '') || value.length > 64_000)
    throw wrong(`${field} must be a text`);
  return value;
}
