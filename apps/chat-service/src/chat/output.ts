import type { GenerationClaim, GenerationClaims, GenerationWriter } from '@parley/conversations';
import { untilDone } from './until-done';

/** Where an answer goes that is produced: chunks as JSON, then one that is the last. */
export interface Output {
  /** Aborts when it is to end: soon then, with what there is. */
  readonly signal: AbortSignal;
  append(json: string): void;
  /**
   * The last chunk; what is done after it keeps nobody waiting.
   *
   * @param outcome.succeeded the answer stands in the log of the conversation
   */
  end(json: string, outcome: { succeeded: boolean }): Promise<void>;
}

export interface GenerationOutputParts {
  claims: Pick<GenerationClaims, 'finish'>;
  report: (what: string, cause: unknown) => void;
}

/** The output of a generation: its log, and at the end its claim. */
export class GenerationOutput implements Output {
  isEnded = false;

  constructor(
    private readonly parts: GenerationOutputParts,
    private readonly claim: GenerationClaim,
    private readonly writer: GenerationWriter,
    readonly signal: AbortSignal,
  ) {}

  append(json: string): void {
    this.writer.append(json);
  }

  async end(json: string, outcome: { succeeded: boolean }): Promise<void> {
    this.isEnded = true;
    // First the claim: whoever sees the last chunk may ask again at once.
    const finish = () => this.parts.claims.finish(this.claim, outcome);
    await finish().catch((error: unknown) => {
      this.parts.report('the end of a generation could not be written down; it is tried again', error);
      // The lease is the process's: while that answers others, nobody could ask anything here.
      void untilDone(finish);
    });
    await this.writer.end(json);
  }
}
