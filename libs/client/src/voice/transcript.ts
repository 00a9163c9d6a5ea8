import { stageOf, type VoiceServerEvents } from '@parley/protocol';
import { isInterruptedMarker } from './interruptions';

/** One sentence or utterance of a call, as it is shown. */
export interface TranscriptLine {
  /** Stable while the line lives, also when its FINAL text replaces the SPECULATIVE one. */
  key: string;
  role: 'user' | 'assistant';
  text: string;
  /** `speculative`: about to be said. `final`: said, and in the conversation. `typed`: on its way there. */
  stage: 'speculative' | 'final' | 'typed';
  /** The person typed it. */
  typed?: true;
  /** Cut off by the person; what is left of it is gone with the next turn. */
  interrupted?: boolean;
  /** Its message in the conversation, once it is one. */
  messageId?: string;
  seq?: number;
}

/**
 * Folds the text events of a call into lines. Each sentence of the assistant comes twice: SPECULATIVE in time with its
 * audio, FINAL once it was spoken. The two are matched by their order, not by their words: a sentence may rightly be said
 * twice, and the FINAL of an interrupted one is shorter.
 */
export class Transcript {
  private current: readonly TranscriptLine[] = [];
  /** Content id to line; a block may come in several pieces. */
  private readonly lineOfBlock = new Map<string, string>();
  private readonly stages = new Map<string, ReturnType<typeof stageOf>>();
  private typedCount = 0;

  get lines(): readonly TranscriptLine[] {
    return this.current;
  }

  contentStart({ contentId, type, additionalModelFields }: VoiceServerEvents['contentStart']): void {
    if (type === 'TEXT') this.stages.set(contentId, stageOf(additionalModelFields));
  }

  textOutput(event: VoiceServerEvents['textOutput']): void {
    const { contentId, role, content } = event;
    if (role === 'ASSISTANT' && isInterruptedMarker(content)) return this.interrupted();
    // A line that is in the conversation already: the service says it again after a resume.
    if (event.messageId !== undefined && this.current.some(({ messageId }) => messageId === event.messageId)) return;
    const known = this.lineOfBlock.get(contentId);
    if (known !== undefined) {
      return this.change(known, (line) => ({ ...line, text: line.text + content, ...placeOf(event) }));
    }
    const stage = stageOf(event.additionalModelFields) ?? this.stages.get(contentId);
    if (role === 'USER') this.userSaid(event);
    else if (stage === 'SPECULATIVE') this.willSay(event);
    else this.wasSaid(event);
  }

  contentEnd({ contentId, stopReason }: VoiceServerEvents['contentEnd']): void {
    if (stopReason === 'INTERRUPTED') this.interrupted(this.lineOfBlock.get(contentId));
    this.stages.delete(contentId);
  }

  /** Something the person typed into the call; the service's word of it confirms the line. */
  typed(text: string): void {
    this.typedCount += 1;
    this.add({ key: `typed-${this.typedCount}`, role: 'user', text, stage: 'typed', typed: true });
  }

  /** The stream that was speaking is gone: another says what is left, in words of its own. */
  cutOff(): void {
    this.interrupted();
  }

  /** The call is over: what was not said is not shown. */
  ended(): void {
    this.dropUnsaid();
  }

  private userSaid(event: VoiceServerEvents['textOutput']): void {
    this.dropInterrupted();
    const typed = this.current.find(({ stage, text }) => stage === 'typed' && text === event.content);
    if (typed !== undefined) return this.confirm(typed, event);
    this.start(event, { role: 'user', stage: 'final', ...placeOf(event) });
  }

  private willSay(event: VoiceServerEvents['textOutput']): void {
    this.dropInterrupted();
    this.start(event, { role: 'assistant', stage: 'speculative' });
  }

  private wasSaid(event: VoiceServerEvents['textOutput']): void {
    const awaited = this.current.find(({ role, stage }) => role === 'assistant' && stage === 'speculative');
    if (awaited !== undefined) return this.confirm(awaited, event);
    this.start(event, { role: 'assistant', stage: 'final', ...placeOf(event) });
  }

  private confirm({ key }: TranscriptLine, event: VoiceServerEvents['textOutput']): void {
    this.lineOfBlock.set(event.contentId, key);
    this.change(key, (line) => ({ ...line, text: event.content, stage: 'final', ...placeOf(event) }));
  }

  private start(event: VoiceServerEvents['textOutput'], line: Omit<TranscriptLine, 'key' | 'text'>): void {
    this.lineOfBlock.set(event.contentId, event.contentId);
    this.add({ key: event.contentId, text: event.content, ...line });
  }

  /** Marks what is not said yet, and the line whose block ended so. */
  private interrupted(cutKey?: string): void {
    this.current = this.current.map((line) =>
      line.stage === 'speculative' || line.key === cutKey ? { ...line, interrupted: true } : line,
    );
  }

  private dropInterrupted(): void {
    this.current = this.current.filter(({ stage, interrupted }) => !(stage === 'speculative' && interrupted === true));
  }
  private dropUnsaid(): void {
    this.current = this.current.filter(({ stage }) => stage !== 'speculative');
  }
  private add(line: TranscriptLine): void {
    this.current = [...this.current, line];
  }
  private change(key: string, to: (line: TranscriptLine) => TranscriptLine): void {
    this.current = this.current.map((line) => (line.key === key ? to(line) : line));
  }
}

const placeOf = ({
  messageId,
  seq,
  typed,
}: VoiceServerEvents['textOutput']): Pick<TranscriptLine, 'messageId' | 'seq' | 'typed'> => ({
  ...(messageId === undefined ? {} : { messageId }),
  ...(seq === undefined ? {} : { seq }),
  ...(typed === undefined ? {} : { typed }),
});
