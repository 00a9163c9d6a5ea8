import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * The requests that a server is at, each until it has answered it, also one whose client is gone: dynalite goes on with those,
 * and throws, in nobody's hearing, when its store is closed meanwhile.
 */
export class RequestsAtWork {
  private readonly open = new Set<ServerResponse>();
  private waiting: (() => void)[] = [];

  constructor(server: Server) {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      this.open.add(response);
      const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
      response.end = ((...args: unknown[]) => {
        this.done(response);
        return end(...args);
      }) as typeof response.end;
      // Of one that broke off before it was whole nothing is done.
      request.on('close', () => {
        if (!request.complete) this.done(response);
      });
    });
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    if (this.open.size > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private done(response: ServerResponse): void {
    this.open.delete(response);
    if (this.open.size === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }
}
