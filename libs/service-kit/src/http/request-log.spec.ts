import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { requestLog } from './request-log';

it('tells of an answer that failed, and came to its end all the same, in one line', async () => {
  const lines: string[] = [];
  const app = express();
  app.use(requestLog(pino({}, { write: (line: string) => void lines.push(line) })));
  const closed = Promise.withResolvers<void>();
  app.get('/', (_request, response) => {
    response.on('close', closed.resolve).end();
    response.write('more');
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).catch(() => undefined);
  await closed.promise;
  server.close();
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['request failed']);
});
