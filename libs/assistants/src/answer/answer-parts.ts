import type { Part, TextPart } from '@parley/protocol';
import type { UIMessageChunk } from 'ai';

interface ToolPart {
  type: `tool-${string}`;
  toolCallId: string;
  state: 'input-streaming' | 'input-available' | 'output-available' | 'output-error';
  input?: unknown;
  output?: unknown;
  errorText?: string;
  [key: string]: unknown;
}

/** Said of a tool whose answer was not waited for. */
const UNFINISHED = 'This was stopped before it was done.';

/** Puts the chunks of one answer together to the parts of its message, and knows which of them are still open. */
export class AnswerParts {
  private readonly parts: Part[] = [];
  private readonly openTexts = new Map<string, TextPart>();
  private readonly tools = new Map<string, ToolPart>();
  isStepOpen = false;
  /** Characters that the model wrote, arguments of tools included. */
  characters = 0;

  add(chunk: UIMessageChunk): void {
    switch (chunk.type) {
      case 'start-step':
        this.isStepOpen = true;
        // Ids are unique within a step; whatever an earlier one opened is closed.
        this.tools.clear();
        break;
      case 'finish-step':
        this.isStepOpen = false;
        break;
      case 'text-start': {
        const part: TextPart = { type: 'text', text: '' };
        this.openTexts.set(chunk.id, part);
        this.parts.push(part);
        break;
      }
      case 'text-delta': {
        const part = this.openTexts.get(chunk.id);
        if (part !== undefined) part.text += chunk.delta;
        this.characters += chunk.delta.length;
        break;
      }
      case 'text-end':
        this.openTexts.delete(chunk.id);
        break;
      case 'tool-input-start':
        this.openTool(chunk.toolCallId, chunk.toolName);
        break;
      case 'tool-input-delta':
        this.characters += chunk.inputTextDelta.length;
        break;
      case 'tool-input-available':
        Object.assign(this.openTool(chunk.toolCallId, chunk.toolName), {
          state: 'input-available',
          input: chunk.input,
        });
        break;
      case 'tool-input-error': {
        const { input, errorText } = chunk;
        Object.assign(this.openTool(chunk.toolCallId, chunk.toolName), { state: 'output-error', input, errorText });
        break;
      }
      case 'tool-output-available':
        Object.assign(this.tools.get(chunk.toolCallId) ?? {}, { state: 'output-available', output: chunk.output });
        break;
      case 'source-url':
      case 'source-document':
        this.parts.push({ ...chunk });
        break;
      case 'tool-output-error':
        Object.assign(this.tools.get(chunk.toolCallId) ?? {}, { state: 'output-error', errorText: chunk.errorText });
        break;
    }
  }

  /** The chunks that close what an answer left open when it was cut. */
  closing(): UIMessageChunk[] {
    const chunks: UIMessageChunk[] = [...this.openTexts.keys()].map((id) => ({ type: 'text-end', id }));
    for (const { type, toolCallId, state } of this.tools.values()) {
      const toolName = type.slice('tool-'.length);
      if (state === 'input-streaming') {
        chunks.push({ type: 'tool-input-error', toolCallId, toolName, input: {}, errorText: UNFINISHED });
      }
      if (state === 'input-available') chunks.push({ type: 'tool-output-error', toolCallId, errorText: UNFINISHED });
    }
    if (this.isStepOpen) chunks.push({ type: 'finish-step' });
    return chunks;
  }

  /** The parts of the message; texts without a letter are left out. */
  message(): Part[] {
    return this.parts.filter((part) => part.type !== 'text' || part.text !== '').map((part): Part => ({ ...part }));
  }

  private openTool(toolCallId: string, toolName: string): ToolPart {
    const known = this.tools.get(toolCallId);
    if (known !== undefined) return known;
    const part: ToolPart = { type: `tool-${toolName}`, toolCallId, state: 'input-streaming' };
    this.tools.set(toolCallId, part);
    this.parts.push(part);
    return part;
  }
}
