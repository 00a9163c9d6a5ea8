import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Readiness } from './readiness';

/** Health and metrics, on a port of their own that the edge does not reach. */
export async function startAdminServer(options: {
  port: number;
  host: string;
  readiness: Readiness;
  metrics: Registry;
}): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return void answer(405, 'text/plain', 'GET only\n');
    if (path === '/health/live') return void answer(200, 'application/json', '{"status":"live"}');
    if (path === '/health/ready') {
      const missing = options.readiness.missing();
      const body = JSON.stringify({ status: missing.length === 0 ? 'ready' : 'not ready', missing });
      return void answer(missing.length === 0 ? 200 : 503, 'application/json', body);
    }
    if (path === '/metrics') {
      return void options.metrics.metrics().then(
        (text) => answer(200, options.metrics.contentType, text),
        () => answer(500, 'text/plain', 'metrics cannot be collected\n'),
      );
    }
    answer(404, 'text/plain', 'not here\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}
