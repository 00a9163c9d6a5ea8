import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { ConversationUpkeep } from '@parley/conversations';

const EVERY_MS = 300_000;

/** Finishes deletions that a process began and did not live to finish: at start, then every five minutes. */
export class Upkeep implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Pick<ConversationUpkeep, 'finishRemovals'>,
    private readonly report: (what: string, cause: unknown) => void,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
    void this.run();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async run(): Promise<void> {
    await this.store.finishRemovals().catch((error: unknown) => this.report('deletions could not be finished', error));
  }
}
