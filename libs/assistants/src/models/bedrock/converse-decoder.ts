import type { ModelPart } from '../chat-model';
import { byBothNames } from './by-both-names';
import { eventIn, type ConverseEvent, type Delta, type Said } from './converse-event';
import { ConverseEnd } from './converse-end';
import type { FrameMessage } from './frame-reader';
import type { FrameTaker } from './incoming-frames';
import { streamError } from './stream-error';

type Block =
  | { type: 'text' }
  | { type: 'reasoning'; redactedContent?: string }
  | { type: 'tool'; id: string; name: string; input: string };

/**
 * Makes a model's parts of the events of ConverseStream, as Bedrock's package for the AI SDK does, which a test holds it to.
 * It is not asked for what an answer never wants: an object in place of a text, and the events as they came.
 */
export class ConverseDecoder implements FrameTaker {
  private readonly blocks = new Map<number, Block>();
  private readonly ending = new ConverseEnd();

  /** @param beginning the parts before what the model says */
  constructor(
    private readonly beginning: readonly ModelPart[],
    private readonly tell: (part: ModelPart) => void,
  ) {}

  begin(): void {
    for (const part of this.beginning) this.tell(part);
  }

  take(message: FrameMessage): void {
    const event = this.read(message);
    switch (event?.type) {
      case 'delta':
        return this.takeDelta(event.said);
      case 'contentBlockStart':
        return this.start(event.said);
      case 'contentBlockStop':
        return this.stop(event.said.contentBlockIndex);
      case 'messageStop':
        return this.ending.stop(event.said);
      case 'metadata':
        return this.ending.count(event.said);
      case 'exception':
        return this.fail(streamError(event));
    }
  }

  end(): void {
    this.tell(this.ending.part());
  }

  private read(message: FrameMessage): ConverseEvent | undefined {
    try {
      return eventIn(message);
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private fail(error: unknown): void {
    this.ending.fail();
    this.tell({ type: 'error', error });
  }

  private start({ contentBlockIndex: index, start }: Said<'contentBlockStart'>): void {
    const tool = start?.toolUse;
    if (tool == null) {
      this.blocks.set(index, { type: 'text' });
      this.tell({ type: 'text-start', id: String(index) });
      return;
    }
    const { toolUseId: id, name } = tool;
    this.blocks.set(index, { type: 'tool', id, name, input: '' });
    this.tell({ type: 'tool-input-start', id, toolName: name });
  }

  private takeDelta({ index, text, input, thought }: Delta): void {
    if (thought !== undefined) return this.think(index, thought);
    if (input !== undefined) {
      const block = this.blocks.get(index);
      if (block?.type !== 'tool') return;
      block.input += input;
      return this.tell({ type: 'tool-input-delta', id: block.id, delta: input });
    }
    if (!text) return;
    this.open(index, 'text');
    this.tell({ type: 'text-delta', id: String(index), delta: text });
  }

  private think(index: number, { text, signature, data, redactedContent }: NonNullable<Delta['thought']>): void {
    if (!(text || signature || data || redactedContent)) return;
    const block = this.open(index, 'reasoning');
    const piece = { type: 'reasoning-delta', id: String(index), delta: '' } as const;
    if (text) this.tell({ ...piece, delta: text });
    else if (signature) this.tell({ ...piece, providerMetadata: byBothNames({ signature }) });
    else if (data) this.tell({ ...piece, providerMetadata: byBothNames({ redactedData: data }) });
    // Told as a whole at the end: of what is attached to the pieces of a thought the last one counts.
    else if (block.type === 'reasoning') block.redactedContent = (block.redactedContent ?? '') + redactedContent;
  }

  /** Not every model says that a block begins. */
  private open(index: number, type: 'text' | 'reasoning'): Block {
    const known = this.blocks.get(index);
    if (known !== undefined) return known;
    const block: Block = { type };
    this.blocks.set(index, block);
    this.tell({ type: `${type}-start`, id: String(index) });
    return block;
  }

  private stop(index: number): void {
    const block = this.blocks.get(index);
    this.blocks.delete(index);
    switch (block?.type) {
      case 'text':
        return this.tell({ type: 'text-end', id: String(index) });
      case 'reasoning': {
        const { redactedContent } = block;
        const redacted = redactedContent === undefined ? {} : { providerMetadata: byBothNames({ redactedContent }) };
        return this.tell({ type: 'reasoning-end', id: String(index), ...redacted });
      }
      case 'tool': {
        const { id, name, input } = block;
        this.tell({ type: 'tool-input-end', id });
        return this.tell({ type: 'tool-call', toolCallId: id, toolName: name, input: input === '' ? '{}' : input });
      }
    }
  }
}
