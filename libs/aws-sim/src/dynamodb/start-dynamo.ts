import { mkdirSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assertFolderUsable, dynalite } from './dynalite';
import { RequestsAtWork } from './requests-at-work';

export interface DynamoOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Data is kept in it between runs; in memory without one. One process at a time. */
  folder?: string;
}

export interface Dynamo {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  endpoint: string;
  port: number;
  /** Answers what was asked, cuts what is connected, writes what is pending and lets the folder go. */
  close(): Promise<void>;
}

/**
 * DynamoDB's API in this process, by dynalite. It knows no transactions, expires nothing and takes any credentials.
 *
 * @throws the socket's error, `EADDRINUSE` when the port is taken; an Error that says so when another process has the folder
 */
export async function startDynamo(options: DynamoOptions = {}): Promise<Dynamo> {
  const { port = 0, host = '127.0.0.1', folder } = options;
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    await assertFolderUsable(folder);
  }
  const server = dynalite({
    ...(folder === undefined ? {} : { path: folder }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  surviveAborts(server);
  const atWork = new RequestsAtWork(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    endpoint: `http://${host}:${address.port}`,
    port: address.port,
    async close() {
      await atWork.none();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        // Clients keep their connections alive, and close() waits for the last of them.
        server.closeAllConnections();
      });
    },
  };
}

/** dynalite rethrows a request's `error`: a service killed in the middle of a request would take this process along. */
function surviveAborts(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const on = request.on.bind(request) as (event: string, listener: (...args: unknown[]) => void) => IncomingMessage;
    request.on = ((event: string, listener: (...args: unknown[]) => void) =>
      on(event, event === 'error' ? () => undefined : listener)) as typeof request.on;
  });
}
