import { RENEW_MS, type GenerationClaim, type GenerationClaims, type GenerationLog } from '@parley/conversations';
import { GenerationOutput, type Output } from './output';

/** Makes an answer, to its last chunk whatever happens. */
export type Produce = (output: Output) => Promise<void>;

/** Tells other processes at once what they would find in the claim a moment later. */
export interface StopHints {
  send(generationId: string): void;
  listen(heard: (generationId: string) => void): () => void;
}

export interface GenerationsParts {
  claims: GenerationClaims;
  log: GenerationLog;
  hints?: StopHints;
  report: (what: string, cause: unknown) => void;
  renewMs?: number;
}

/** How often a deletion looks whether a generation elsewhere has ended. */
const LOOK_MS = 250;

/** Many more than may wait for their beginning: most are of other processes, or had ended. */
const EARLY_STOPS = 1_000;

interface Running {
  claim: GenerationClaim;
  abort: AbortController;
  work: Promise<void>;
}

/** The generations that this process produces, each detached from whoever asked. */
export class Generations {
  private readonly running = new Map<string, Running>();
  /** To be stopped, and not begun here yet: a question is written down between its claim and its answer. The last of them. */
  private readonly early = new Set<string>();
  private readonly unlisten: () => void;
  /** Runs while anything is produced: one sign of life for all of it. */
  private signs: NodeJS.Timeout | undefined;
  private isLeaving = false;

  constructor(private readonly parts: GenerationsParts) {
    this.unlisten = parts.hints?.listen((id) => this.abort(id)) ?? (() => undefined);
  }

  get live(): number {
    return this.running.size;
  }

  /** Produces what was claimed. The log of the generation gets exactly one last chunk, whatever happens. */
  run(claim: GenerationClaim, produce: Produce): void {
    const abort = new AbortController();
    // Asked for by what was said while the process left: it is over before it begins, and somebody may ask again.
    if (this.early.delete(claim.generationId) || this.isLeaving) abort.abort();
    const output = new GenerationOutput(this.parts, claim, this.parts.log.open(claim.generationId), abort.signal);
    const work = this.toItsEnd(claim, produce(output), output);
    this.running.set(claim.generationId, { claim, abort, work });
    this.signs ??= setInterval(() => void this.renew(), this.parts.renewMs ?? RENEW_MS);
  }

  /** Asks a generation to stop, wherever it runs. The partial answer is kept. `false` when it had ended. */
  async stop(claim: GenerationClaim): Promise<boolean> {
    const stopped = await this.parts.claims.stop(claim);
    this.abort(claim.generationId);
    if (stopped) this.parts.hints?.send(claim.generationId);
    return stopped;
  }

  /** Stops what runs in a conversation and waits until nothing more is written for it. */
  async stopIn(conversationId: string): Promise<void> {
    const claim = await this.parts.claims.find(conversationId);
    if (claim?.state !== 'running') return;
    await this.stop(claim);
    const here = this.running.get(claim.generationId);
    if (here !== undefined) return here.work;
    for (let now: GenerationClaim | undefined = claim; now?.generationId === claim.generationId;) {
      if (now.state === 'ended' || now.leaseUntil < Date.now()) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      now = await this.parts.claims.find(conversationId);
    }
  }

  /** Resolves when nothing of a generation is left to do in this process, what nobody waits for included. */
  async done({ generationId }: Pick<GenerationClaim, 'generationId'>): Promise<void> {
    await this.running.get(generationId)?.work;
  }

  /** Stops everything that runs here, and whatever still begins, and waits until the partial answers are kept. */
  async stopAll(): Promise<void> {
    this.isLeaving = true;
    this.unlisten();
    const all = [...this.running.values()];
    for (const { abort } of all) abort.abort();
    await Promise.all(all.map(({ work }) => work));
  }

  private abort(generationId: string): void {
    const running = this.running.get(generationId);
    if (running !== undefined) return running.abort.abort();
    this.early.add(generationId);
    if (this.early.size > EARLY_STOPS) this.early.delete(this.early.values().next().value as string);
  }

  private async toItsEnd(
    { generationId }: GenerationClaim,
    work: Promise<void>,
    output: GenerationOutput,
  ): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.parts.report('a generation has a bug', error);
    }
    try {
      if (!output.isEnded) await output.end('{"type":"error","errorText":"internal"}', { succeeded: false });
    } finally {
      this.running.delete(generationId);
      if (this.running.size === 0) {
        clearInterval(this.signs);
        this.signs = undefined;
      }
    }
  }

  /** A sign of life. The answer to it says what somebody wants to stop, or has taken over. */
  private async renew(): Promise<void> {
    try {
      for (const id of await this.parts.claims.renew()) this.abort(id);
    } catch (error) {
      // The askers still get all of it; nobody elsewhere can tell this process from a dead one, though.
      this.parts.report('this process could not say that it lives', error);
    }
  }
}
