import type { InputEvent } from './input-events';
import type { OrderLimits } from './order';
import type { SpeechProfile } from './profiles';
import { invalid, violation, VIOLATION } from './violations';

type ContentStart = InputEvent<'contentStart'>;

export interface Block {
  readonly type: ContentStart['type'];
  readonly role: ContentStart['role'];
  /** Text that is answered: typed in the middle of the audio, or wrongly marked interactive before it. */
  readonly live: boolean;
  readonly toolUseId?: string;
  text: string;
  hasData: boolean;
}

/** The content blocks of a prompt: which are open, and which may follow. */
export class OpenBlocks {
  private readonly open_ = new Map<string, Block>();
  private readonly used = new Set<string>();
  private audio: 'none' | 'open' | 'closed' = 'none';
  private historyRole: 'USER' | 'ASSISTANT' | undefined;
  private historyMessages = 0;
  private historyBytes = 0;

  constructor(
    private readonly profile: SpeechProfile,
    private readonly limits: OrderLimits,
  ) {}

  get anyOpen(): boolean {
    return this.open_.size > 0;
  }

  get hadAudio(): boolean {
    return this.audio !== 'none';
  }

  open(start: ContentStart): void {
    if (this.used.has(start.contentName)) throw invalid('contentName was used before');
    const isSystem = start.type === 'TEXT' && start.role === 'SYSTEM';
    if (this.used.size === 0 && !isSystem) throw invalid('the first content block is TEXT of role SYSTEM');
    if (start.type === 'AUDIO') this.openAudio();
    if (start.type === 'TEXT') this.assertMayOpenText(start);
    this.open_.set(start.contentName, {
      type: start.type,
      role: start.role,
      live: start.type === 'TEXT' && start.role === 'USER' && start.interactive,
      text: '',
      hasData: false,
      ...(start.type === 'TOOL' ? { toolUseId: start.toolResultInputConfiguration.toolUseId } : {}),
    });
    this.used.add(start.contentName);
  }

  addText(contentName: string, text: string): void {
    const block = this.get(contentName, 'TEXT');
    const bytes = Buffer.byteLength(text);
    if (block.role === 'SYSTEM' && bytes > this.limits.systemTextBytes) {
      throw invalid('a textInput of the system prompt is too long; split it');
    }
    if (!block.live && (block.role === 'USER' || block.role === 'ASSISTANT')) {
      this.historyBytes += bytes;
      if (bytes > this.limits.historyTextBytes || this.historyBytes > this.limits.historyBytes) {
        throw violation(VIOLATION.historyTooLong);
      }
    }
    block.text += text;
    block.hasData ||= text.length > 0;
  }

  addAudio(contentName: string): void {
    // A text block must be complete before audio goes on, whichever text it is.
    if (this.openText) throw violation(VIOLATION.historyAfterAudio);
    this.get(contentName, 'AUDIO').hasData = true;
  }

  addResult(contentName: string, text: string): Block {
    const block = this.get(contentName, 'TOOL');
    if (block.hasData) throw invalid('a TOOL block holds one toolResult');
    block.text = text;
    block.hasData = true;
    return block;
  }

  close(contentName: string): Block {
    const block = this.get(contentName);
    if (!block.hasData) throw violation(VIOLATION.emptyContent);
    this.open_.delete(contentName);
    if (block.type === 'AUDIO') this.audio = 'closed';
    return block;
  }

  private get(contentName: string, type?: Block['type']): Block {
    const block = this.open_.get(contentName);
    if (!block || (type !== undefined && block.type !== type)) {
      throw invalid(`no open ${type ?? 'content'} block has this contentName`);
    }
    return block;
  }

  private get openText(): boolean {
    return [...this.open_.values()].some(({ type }) => type === 'TEXT');
  }

  private openAudio(): void {
    if (this.openText) throw violation(VIOLATION.historyAfterAudio);
    if (this.audio !== 'none') throw invalid('there is one AUDIO block, open for the whole conversation');
    this.audio = 'open';
  }

  private assertMayOpenText(start: Extract<ContentStart, { type: 'TEXT' }>): void {
    if (this.openText) throw invalid('a TEXT block is still open');
    if (start.role === 'SYSTEM' && this.used.size > 0) throw invalid('SYSTEM is the first content block, and the only');
    if (start.role === 'SYSTEM_SPEECH' && (this.used.size !== 1 || !this.profile.crossModal)) {
      throw invalid('SYSTEM_SPEECH follows SYSTEM, on Nova 2');
    }
    const live = start.role === 'USER' && start.interactive;
    if (live && !this.profile.crossModal) throw invalid('this model takes no interactive text');
    if (live && this.audio === 'closed') throw invalid('interactive text lies within the AUDIO block');
    if (live) return;
    if (this.audio !== 'none') throw violation(VIOLATION.historyAfterAudio);
    if (start.role === 'USER' || start.role === 'ASSISTANT') this.assertAlternates(start.role);
  }

  private assertAlternates(role: 'USER' | 'ASSISTANT'): void {
    const expected = this.historyRole === 'USER' ? 'ASSISTANT' : 'USER';
    if (role !== expected) throw invalid('history begins with USER, and roles alternate');
    this.historyRole = role;
    if (++this.historyMessages > this.limits.historyMessages) throw violation(VIOLATION.historyTooLong);
  }
}
