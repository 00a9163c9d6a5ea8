import type { ModelPart, Prompt } from '../models/chat-model';

type Message<Role> = Extract<Prompt[number], { role: Role }>;
type Content = Message<'assistant'>['content'][number];
type Written = Extract<Content, { type: 'text' | 'reasoning' }>;
type ToolResult = Extract<Message<'tool'>['content'][number], { type: 'tool-result' }>;
type Part<Type> = Extract<ModelPart, { type: Type }>;

/**
 * What a model said in one step, as its next step is told of it. With it goes back what the provider had attached: some
 * refuse a tool's result when the thoughts that led to the call come back without their signature.
 */
export class StepRecord {
  private readonly content: Content[] = [];
  private readonly results = new Map<string, ToolResult>();
  private readonly texts = new Map<string, Written>();
  private readonly thoughts = new Map<string, Written>();

  /** @throws Error for a piece of a text that was not begun: a client would break off at it. */
  add(part: ModelPart): void {
    switch (part.type) {
      case 'text-start':
        return this.begin('text', this.texts, part);
      case 'text-delta':
        return this.write(this.texts, part, part.delta);
      case 'text-end':
        this.write(this.texts, part, '');
        this.texts.delete(part.id);
        return;
      case 'reasoning-start':
        return this.begin('reasoning', this.thoughts, part);
      case 'reasoning-delta':
        return this.write(this.thoughts, part, part.delta);
      case 'reasoning-end':
        this.write(this.thoughts, part, '');
        this.thoughts.delete(part.id);
        return;
      case 'file':
      case 'reasoning-file':
      case 'custom': {
        const { providerMetadata, ...said } = part;
        this.content.push({ ...said, ...optionsOf(providerMetadata) });
        return;
      }
      case 'tool-result':
        if (part.preliminary !== true) this.content.push(providersResult(part));
    }
  }

  addCall({ toolCallId, toolName, providerExecuted, providerMetadata }: Part<'tool-call'>, input: unknown): void {
    const executed = providerExecuted === undefined ? {} : { providerExecuted };
    this.content.push({ type: 'tool-call', toolCallId, toolName, input, ...executed, ...optionsOf(providerMetadata) });
  }

  /** What is said to the model of a call of a tool of ours. */
  addResult({ toolCallId, toolName, providerMetadata }: Part<'tool-call'>, output: ToolResult['output']): void {
    const result = { type: 'tool-result' as const, toolCallId, toolName, output };
    this.results.set(toolCallId, { ...result, ...optionsOf(providerMetadata) });
  }

  /** Both messages that the next prompt ends with; `undefined` while one of these calls has no result. */
  messages(calls: readonly string[]): Prompt | undefined {
    const results = calls.flatMap((id) => this.results.get(id) ?? []);
    if (results.length < calls.length) return undefined;
    const content = this.content.filter((part) => part.type !== 'text' || part.text !== '' || part.providerOptions);
    return [
      { role: 'assistant', content },
      { role: 'tool', content: results },
    ];
  }

  private begin(type: Written['type'], open: Map<string, Written>, { id, providerMetadata }: Piece): void {
    const written: Written = { type, text: '', ...optionsOf(providerMetadata) };
    open.set(id, written);
    this.content.push(written);
  }

  private write(open: Map<string, Written>, { id, providerMetadata }: Piece, text: string): void {
    const written = open.get(id);
    if (written === undefined) throw new Error('the model wrote to a text that it had not begun');
    written.text += text;
    if (providerMetadata !== undefined) written.providerOptions = providerMetadata;
  }
}

type Metadata = Part<'text-delta'>['providerMetadata'];
interface Piece {
  id: string;
  providerMetadata?: Metadata;
}

const optionsOf = (providerOptions: Metadata) => (providerOptions === undefined ? {} : { providerOptions });

function providersResult(part: Part<'tool-result'>): ToolResult {
  const { type, toolCallId, toolName, result: value, isError, providerMetadata } = part;
  const output = isError === true ? ({ type: 'error-json', value } as const) : ({ type: 'json', value } as const);
  return { type, toolCallId, toolName, output, ...optionsOf(providerMetadata) };
}
