import { samplesOf } from '../audio/pcm';
import { UtteranceFinder, type HeardEvent, type Utterance } from '../audio/utterances';
import type { SimClock } from '../clock';
import type { RequestFaults } from '../faults/fault';
import { dialledToolCall, demandedToolCall, typedToolCall, type DeclaredTool, type ToolChoice } from '../tool-rule';
import { AwsException } from '../wire/aws-exception';
import { echoOf, hear, replyTo, transcriptOf, type AnswerContext, type Sentence, type ToolOutcome } from './answer';
import type { VoiceLimits, VoiceOptions } from './options';
import { InputOrder, type Meaning } from './order';
import { PromptOutput, speechTokens, textTokens, type Completion, type Emit } from './output';
import type { SpeechProfile } from './profiles';
import { Speaker } from './speaker';
import { StreamClocks } from './stream-clocks';
import { ToolRound, type ToolRounds } from './tool-round';
import { invalid, violation, VIOLATION } from './violations';

/** Where a session's output goes. */
export interface SessionSink {
  emit: Emit;
  /** The stream ends with this exception. */
  fail(error: AwsException): void;
  /** The stream ends. */
  end(): void;
  /** The stream is lost without a word. */
  drop(): void;
}

export interface SessionParts {
  profile: SpeechProfile;
  limits: VoiceLimits;
  options: VoiceOptions;
  clock: SimClock;
  faults: RequestFaults;
  newId: () => string;
}

/** What a turn answers: spoken words or typed text. */
type Said = (context: AnswerContext) => Sentence[];

/** One voice stream, without its network: input events in, output events out. */
export class VoiceSession {
  private readonly order: InputOrder;
  private readonly clocks: StreamClocks;
  private readonly rounds: ToolRounds = new Map();
  private output: PromptOutput | undefined;
  private speaker: Speaker | undefined;
  private finder: UtteranceFinder | undefined;
  private tools: DeclaredTool[] = [];
  private toolChoice: ToolChoice | undefined;
  private sensitivity = 1;
  private inputRateHz = 0;
  private earlierMessages = 0;
  private completion: Completion | undefined;
  private leaving = false;
  private over = false;

  constructor(
    private readonly sink: SessionSink,
    private readonly parts: SessionParts,
  ) {
    this.order = new InputOrder(parts.profile, parts.limits);
    this.clocks = new StreamClocks(parts.clock, parts.limits, {
      onTimeout: (error) => this.fail(error),
      onSilence: () => this.close(() => sink.drop()),
    });
  }

  /** One input event. A broken rule ends the stream with AWS's text. */
  receive(event: unknown): void {
    if (this.over) return;
    try {
      const [name, body] = nameAndBody(event);
      this.act(this.order.accept(name, body));
    } catch (error) {
      if (!(error instanceof AwsException)) throw error;
      this.fail(error);
    }
  }

  /** The client's half of the stream has ended. Before `sessionEnd` that ends all of it: no answer and no error. */
  inputEnded(): void {
    if (!this.order.ended) this.close(() => this.sink.end());
  }

  /** Ends the session from outside: the client is gone, or a fault has struck. */
  close(last?: () => void): void {
    if (this.over) return;
    this.over = true;
    this.clocks.stop();
    this.speaker?.close();
    last?.();
  }

  private act(meaning: Meaning): void {
    switch (meaning.kind) {
      case 'nothing':
        return;
      case 'session':
        // The documented pauses are 1.5, 1.75 and 2 s.
        this.sensitivity = { HIGH: 6 / 7, MEDIUM: 1, LOW: 8 / 7 }[meaning.sensitivity];
        return;
      case 'prompt':
        return this.openPrompt(meaning);
      case 'history':
        this.earlierMessages++;
        return;
      case 'liveText':
        this.clocks.heardSomething();
        this.clocks.heardSpeech();
        return this.answerText(meaning.text);
      case 'audioStart': {
        const endOfTurnMs = (this.parts.options.hearing.endOfTurnMs ?? 500) * this.sensitivity;
        this.inputRateHz = meaning.rateHz;
        this.finder = new UtteranceFinder(meaning.rateHz, { ...this.parts.options.hearing, endOfTurnMs });
        return;
      }
      case 'audio':
        this.clocks.heardSomething();
        return this.finder?.push(samplesOf(meaning.bytes)).forEach((heard) => this.hear(heard));
      case 'audioEnd':
        return this.finder?.finish().forEach((heard) => this.hear(heard));
      case 'toolResult':
        return this.rounds.get(meaning.toolUseId)?.answered(meaning.toolUseId, meaning.result);
      case 'promptEnd':
        this.leaving = true;
        this.clocks.noMoreInput();
        this.speaker?.hurry();
        return this.leave();
      case 'sessionEnd':
        return this.leave();
    }
  }

  private openPrompt(prompt: Extract<Meaning, { kind: 'prompt' }>): void {
    const { newId, clock, faults, options } = this.parts;
    const emit: Emit = (name, body) => {
      if (!this.over) this.sink.emit(name, body);
    };
    this.output = new PromptOutput(emit, newId, newId(), prompt.promptName, prompt.rateHz);
    this.speaker = new Speaker(clock, prompt.rateHz, options.pace, {
      onAnswered: (completion) => this.answered(completion),
      bargeInAfterPieces: faults.find('bargeIn')?.afterPieces,
    });
    this.tools = prompt.tools;
    this.toolChoice = prompt.toolChoice;
  }

  private hear(event: HeardEvent): void {
    const output = this.output as PromptOutput;
    this.clocks.heardSpeech();
    if (event.type === 'speechStart') {
      if (this.parts.options.speechEvents) output.speechStart(event.atMs);
      this.speaker?.hold();
      this.speaker?.interrupt();
      this.completion = output.completion();
      return;
    }
    if (this.parts.options.speechEvents) output.speechEnd(event.atMs, event.detectedAtMs);
    this.answerSpeech(event.utterance, this.completion as Completion);
    this.speaker?.release();
  }

  private answerSpeech(utterance: Utterance, completion: Completion): void {
    if (this.parts.faults.has('contentFilter')) throw violation(VIOLATION.contentFilter);
    const heard = hear(utterance, this.inputRateHz);
    completion.text('USER', 'FINAL', transcriptOf(heard), 'PARTIAL_TURN');
    completion.usage('input', {
      speech: speechTokens((utterance.speechMs * this.inputRateHz) / 1e3, this.inputRateHz),
    });
    const call =
      dialledToolCall(heard.digits, this.tools) ??
      demandedToolCall(this.toolChoice, heard.digits || transcriptOf(heard), this.tools);
    const said: Said = (context) => echoOf(utterance, heard, this.inputRateHz, context);
    this.answer(completion, said, call);
  }

  private answerText(text: string): void {
    if (this.parts.faults.has('contentFilter')) throw violation(VIOLATION.contentFilter);
    const output = this.output as PromptOutput;
    this.speaker?.interrupt();
    const completion = (this.completion = output.completion());
    completion.usage('input', { text: textTokens(text) });
    const call = typedToolCall(text, this.tools) ?? demandedToolCall(this.toolChoice, text, this.tools);
    this.answer(completion, (context) => replyTo(text, context), call);
  }

  private answer(completion: Completion, said: Said, call: ReturnType<typeof typedToolCall>): void {
    const say = (outcomes: readonly ToolOutcome[]) => {
      const { rateHz } = this.output as PromptOutput;
      const context = { earlierMessages: this.earlierMessages, outcomes, outputRateHz: rateHz };
      this.speaker?.say({ completion, sentences: said(context) });
    };
    if (!call) return say([]);
    const { faults, newId } = this.parts;
    const round = new ToolRound(call.name, say);
    for (let calls = faults.has('overlappingToolCalls') ? 2 : 1; calls > 0; calls--) {
      const toolUseId = newId();
      const json = JSON.stringify(call.input);
      round.expect(toolUseId);
      this.rounds.set(toolUseId, round);
      this.order.expectResult(toolUseId);
      completion.toolUse(call.name, toolUseId, faults.has('doubleEncodedToolArguments') ? JSON.stringify(json) : json);
    }
  }

  private answered(completion: Completion): void {
    if (this.parts.options.completionEnd === 'everyAnswer') completion.end();
    if (this.leaving) this.leave();
  }

  /** After `promptEnd`: what is being said is said to its end, then comes `completionEnd`, then, after `sessionEnd`, the end. */
  private leave(): void {
    if (!this.leaving || this.speaker?.busy) return;
    this.completion ??= (this.output as PromptOutput).completion();
    this.completion.end();
    if (this.order.ended) this.close(() => this.sink.end());
  }

  private fail(error: AwsException): void {
    this.close(() => this.sink.fail(error));
  }
}

function nameAndBody(event: unknown): [string, unknown] {
  const inner = (event as { event?: unknown } | null)?.event;
  const entries = typeof inner === 'object' && inner !== null ? Object.entries(inner) : [];
  if (entries.length !== 1 || !entries[0]) throw invalid('a message is {"event":{"<name>":{…}}} with one name');
  return entries[0];
}
