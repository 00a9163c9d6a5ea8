import { randomUUID } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import { Generation } from './generation';

/** An answer can be read again this long after its end. */
const KEPT_MS = 600_000;

/** The generations of this process: at most one running in a conversation. */
export class Generations {
  private readonly byConversation = new Map<
    string,
    { generation: Generation; work?: Promise<void>; endedAt?: number }
  >();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly now: () => number = Date.now) {}

  get live(): number {
    return this.running.size;
  }

  /** The generation of a conversation that is running, or ended less than ten minutes ago. */
  find(conversationId: string): Generation | undefined {
    const entry = this.byConversation.get(conversationId);
    if (entry?.endedAt !== undefined && this.now() - entry.endedAt >= KEPT_MS) {
      this.byConversation.delete(conversationId);
      return undefined;
    }
    return entry?.generation;
  }

  /**
   * Takes a conversation's place for a new generation, before anything is awaited, so that two requests cannot both.
   *
   * @throws ParleyError `generation_running`
   */
  reserve(conversationId: string, key: string): Generation {
    const current = this.find(conversationId);
    if (current && !current.ended) throw new ParleyError('generation_running', { retryAfterMs: 1_000 });
    const generation = new Generation(randomUUID(), key);
    this.byConversation.set(conversationId, { generation });
    return generation;
  }

  /** Gives the place back: nothing was begun. */
  release(conversationId: string, generation: Generation): void {
    if (this.byConversation.get(conversationId)?.generation === generation) this.byConversation.delete(conversationId);
  }

  /** Runs `produce` detached from whoever asked. It must end the generation; a fault in it does. */
  run(
    conversationId: string,
    generation: Generation,
    produce: () => Promise<void>,
    onFault: (error: unknown) => void,
  ): void {
    const entry = this.byConversation.get(conversationId);
    const work = produce()
      .catch(onFault)
      .finally(() => {
        if (!generation.ended) generation.end('{"type":"error","errorText":"internal"}', { succeeded: false });
        if (entry?.generation === generation) entry.endedAt = this.now();
        this.running.delete(work);
        this.forgetOld();
      });
    if (entry?.generation === generation) entry.work = work;
    this.running.add(work);
  }

  /** Stops what runs in a conversation and waits until nothing more is written for it. */
  async stopIn(conversationId: string): Promise<void> {
    const entry = this.byConversation.get(conversationId);
    entry?.generation.stop();
    await entry?.work;
  }

  /** Stops everything that runs and waits until the partial answers are kept. */
  async stopAll(): Promise<void> {
    for (const { generation } of this.byConversation.values()) generation.stop();
    await Promise.all(this.running);
  }

  private forgetOld(): void {
    for (const conversationId of this.byConversation.keys()) this.find(conversationId);
  }
}
