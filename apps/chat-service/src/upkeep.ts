import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Ceilings, Switches } from '@parley/assistants';
import type { ConversationUpkeep, GenerationLog } from '@parley/conversations';
import type { Rescue } from './chat/rescue';
import type { Retention } from './retention';
import type { Erasure } from './session/erasure';

const DELETIONS_EVERY_MS = 300_000;
/** For answers that nobody reads: who reads one notices its producer's death sooner. */
const RESCUES_EVERY_MS = 15_000;

/** Of which each that was begun is gone through once more, two minutes later. */
const ERASURES_EVERY_MS = 60_000;
/** Asked this often whether it is time: once a day, whichever process is the first. */
const RETENTION_EVERY_MS = 3_600_000;

export interface UpkeepParts {
  store: Pick<ConversationUpkeep, 'finishRemovals'>;
  rescue: Pick<Rescue, 'rescueAll'>;
  switches: Pick<Switches, 'start' | 'stop'>;
  ceilings: Pick<Ceilings, 'close'>;
  log: Pick<GenerationLog, 'close'>;
  retention: Pick<Retention, 'run'>;
  erasure: Pick<Erasure, 'goOn'>;
  report: (what: string, cause: unknown) => void;
}

/**
 * What goes on beside the requests: finishing what a process began and did not live to finish, deletions and answers. What
 * has begun is brought to its end before the process leaves, but for retention, which reads the whole table.
 */
export class Upkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly parts: UpkeepParts) {}

  onApplicationBootstrap(): void {
    const { store, rescue, report, switches, retention, erasure } = this.parts;
    const jobs: [string, number, () => Promise<unknown>][] = [
      ['deletions could not be finished', DELETIONS_EVERY_MS, () => store.finishRemovals()],
      ['answers could not be finished', RESCUES_EVERY_MS, () => rescue.rescueAll()],
      ['erasures could not be finished', ERASURES_EVERY_MS, () => erasure.goOn()],
      ['what is too old could not be erased', RETENTION_EVERY_MS, () => retention.run()],
    ];
    for (const [what, everyMs, job] of jobs) {
      const run = () => {
        const work = job().catch((error: unknown) => report(what, error));
        if (everyMs === RETENTION_EVERY_MS) return;
        this.running.add(work);
        void work.finally(() => this.running.delete(work));
      };
      this.timers.push(setInterval(run, everyMs).unref());
      run();
    }
    switches.start();
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.parts.switches.stop(), this.parts.ceilings.close(), this.parts.log.close()]);
    await Promise.all(this.running);
  }
}
