import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { ConversationUpkeep } from '@parley/conversations';
import type { Rescue } from './chat/rescue';

const DELETIONS_EVERY_MS = 300_000;
/** For answers that nobody reads: who reads one notices its producer's death sooner. */
const RESCUES_EVERY_MS = 15_000;

/** Finishes what a process began and did not live to finish: deletions and answers. */
export class Upkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly store: Pick<ConversationUpkeep, 'finishRemovals'>,
    private readonly rescue: Pick<Rescue, 'rescueAll'>,
    private readonly report: (what: string, cause: unknown) => void,
  ) {}

  onApplicationBootstrap(): void {
    const jobs: [string, number, () => Promise<unknown>][] = [
      ['deletions could not be finished', DELETIONS_EVERY_MS, () => this.store.finishRemovals()],
      ['answers could not be finished', RESCUES_EVERY_MS, () => this.rescue.rescueAll()],
    ];
    for (const [what, everyMs, job] of jobs) {
      const run = () => void job().catch((error: unknown) => this.report(what, error));
      this.timers.push(setInterval(run, everyMs).unref());
      run();
    }
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }
}
