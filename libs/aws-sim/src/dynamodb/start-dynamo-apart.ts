import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Dynamo } from './start-dynamo';

const SERVER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require(workerData)({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/**
 * DynamoDB's API in a thread with a heap of its own, data in memory: for whoever measures what the rest of this process
 * holds. dynalite keeps more than what is stored.
 */
export async function startDynamoApart(): Promise<Dynamo> {
  const workerData = createRequire(import.meta.url).resolve('dynalite');
  const worker = new Worker(SERVER, { eval: true, workerData });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    close: async () => void (await worker.terminate()),
  };
}
