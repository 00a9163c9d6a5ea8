import type { DeclaredTool, ToolChoice } from '../tool-rule';
import { parseObject } from '../tool-rule';
import { inputEvents, isInputEventName, type InputEvent, type InputEventName } from './input-events';
import { OpenBlocks, type Block } from './open-blocks';
import type { SpeechProfile } from './profiles';
import { invalid, violation, VIOLATION } from './violations';

export interface OrderLimits {
  /** Bytes of one `textInput` of history. */
  historyTextBytes: number;
  /** Bytes of all of the history. */
  historyBytes: number;
  /** Messages of history. */
  historyMessages: number;
  /** Bytes of one `textInput` of the system prompt. */
  systemTextBytes: number;
}

/** What an input event, that was in its place, means for the conversation. */
export type Meaning =
  | { kind: 'nothing' }
  | { kind: 'session'; sensitivity: 'HIGH' | 'MEDIUM' | 'LOW' }
  | { kind: 'prompt'; promptName: string; rateHz: number; tools: DeclaredTool[]; toolChoice?: ToolChoice }
  | { kind: 'history'; role: 'USER' | 'ASSISTANT'; text: string }
  | { kind: 'liveText'; text: string }
  | { kind: 'audioStart'; rateHz: number }
  | { kind: 'audio'; bytes: Uint8Array }
  | { kind: 'audioEnd' }
  | { kind: 'toolResult'; toolUseId: string; result: Record<string, unknown> }
  | { kind: 'promptEnd' }
  | { kind: 'sessionEnd' };

const NOTHING: Meaning = { kind: 'nothing' };

/** The order of the input events (Nova user guide, speech; the stricter rules by AWS's error texts), without a network: one event in, its meaning out. */
export class InputOrder {
  private phase: 'new' | 'session' | 'prompt' | 'promptEnded' | 'ended' = 'new';
  private promptName = '';
  private readonly blocks: OpenBlocks;
  /** Tool calls that have no result yet. */
  private readonly calls = new Set<string>();

  constructor(
    private readonly profile: SpeechProfile,
    limits: OrderLimits,
  ) {
    this.blocks = new OpenBlocks(profile, limits);
  }

  /** The model has called a tool: from now on a result with this id is in its place. */
  expectResult(toolUseId: string): void {
    this.calls.add(toolUseId);
  }

  /** True after `sessionEnd`. */
  get ended(): boolean {
    return this.phase === 'ended';
  }

  /** @throws AwsException (ValidationException) when the event is not in its place or not of its shape */
  accept(name: string, body: unknown): Meaning {
    if (!isInputEventName(name)) return NOTHING;
    const parsed = inputEvents[name].safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw invalid(`${[name, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'wrong shape'}`);
    }
    return this.handle[name](parsed.data as never);
  }

  private readonly handle: { [N in InputEventName]: (event: InputEvent<N>) => Meaning } = {
    sessionStart: (event) => {
      this.assertPhase('new', 'sessionStart comes first, and once');
      this.phase = 'session';
      const sensitivity = event.turnDetectionConfiguration?.endpointingSensitivity;
      return { kind: 'session', sensitivity: (this.profile.turnDetection && sensitivity) || 'MEDIUM' };
    },
    promptStart: (event) => {
      this.assertPhase('session', 'promptStart follows sessionStart, once');
      const { voiceId, sampleRateHertz } = event.audioOutputConfiguration;
      if (!this.profile.voices.includes(voiceId)) throw violation(VIOLATION.voice(voiceId));
      this.phase = 'prompt';
      this.promptName = event.promptName;
      const tools = (event.toolConfiguration?.tools ?? []).map(({ toolSpec }) => declaredTool(toolSpec));
      const toolChoice = event.toolConfiguration?.toolChoice;
      return { kind: 'prompt', promptName: event.promptName, rateHz: sampleRateHertz, tools, toolChoice };
    },
    contentStart: (event) => {
      this.assertInPrompt(event.promptName);
      if (event.type === 'TOOL' && !this.calls.has(event.toolResultInputConfiguration.toolUseId)) {
        throw invalid('no tool call with this toolUseId waits for a result');
      }
      this.blocks.open(event);
      return event.type === 'AUDIO'
        ? { kind: 'audioStart', rateHz: event.audioInputConfiguration.sampleRateHertz }
        : NOTHING;
    },
    textInput: (event) => {
      this.assertInPrompt(event.promptName);
      this.blocks.addText(event.contentName, event.content);
      return NOTHING;
    },
    audioInput: (event) => {
      this.assertInPrompt(event.promptName);
      const bytes = Buffer.from(event.content, 'base64');
      if (bytes.length === 0 || bytes.length % 2 === 1) throw invalid('audio is of 16-bit samples');
      this.blocks.addAudio(event.contentName);
      return { kind: 'audio', bytes };
    },
    toolResult: (event) => {
      this.assertInPrompt(event.promptName);
      const block = this.blocks.addResult(event.contentName, event.content);
      if (parseObject(event.content) === undefined) throw violation(VIOLATION.toolResult);
      this.calls.delete(block.toolUseId as string);
      return NOTHING;
    },
    contentEnd: (event) => {
      this.assertInPrompt(event.promptName);
      return meaningOf(this.blocks.close(event.contentName));
    },
    promptEnd: (event) => {
      this.assertInPrompt(event.promptName);
      if (this.blocks.anyOpen) throw violation(VIOLATION.openContents);
      if (!this.blocks.hadAudio) throw violation(VIOLATION.noAudio(this.promptName));
      this.phase = 'promptEnded';
      return { kind: 'promptEnd' };
    },
    sessionEnd: () => {
      this.assertPhase('promptEnded', 'sessionEnd follows promptEnd');
      this.phase = 'ended';
      return { kind: 'sessionEnd' };
    },
  };

  private assertPhase(phase: typeof this.phase, rule: string): void {
    if (this.phase !== phase) throw invalid(rule);
  }

  private assertInPrompt(promptName: string): void {
    this.assertPhase('prompt', 'contents lie between promptStart and promptEnd');
    if (promptName !== this.promptName) throw invalid('promptName is not that of promptStart');
  }
}

function meaningOf(block: Block): Meaning {
  if (block.type === 'AUDIO') return { kind: 'audioEnd' };
  if (block.type === 'TOOL') {
    return { kind: 'toolResult', toolUseId: block.toolUseId as string, result: parseObject(block.text) ?? {} };
  }
  if (block.live) return { kind: 'liveText', text: block.text };
  return block.role === 'USER' || block.role === 'ASSISTANT'
    ? { kind: 'history', role: block.role, text: block.text }
    : NOTHING;
}

function declaredTool(spec: { name: string; inputSchema: { json: string | Record<string, unknown> } }): DeclaredTool {
  const { json } = spec.inputSchema;
  const schema = typeof json === 'string' ? parseObject(json) : json;
  if (!schema) throw invalid('promptStart.toolConfiguration: inputSchema.json is not a JSON object');
  return { name: spec.name, schema: schema as DeclaredTool['schema'] };
}
