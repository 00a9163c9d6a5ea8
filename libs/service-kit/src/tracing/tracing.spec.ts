import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startTracing } from './tracing';

it('sends spans to the collector that is named, at the latest when the service leaves', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(`${request.url} ${text}`));
    request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const tracing = startTracing('a-service', `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`);
  tracing.tracer.startSpan('call').end();
  await tracing.onApplicationShutdown();
  expect(bodies.join()).toMatch(/^\/v1\/traces /);
  expect(bodies.join()).toContain('a-service');
  collector.close();
});

it('does nothing without a collector, and does not wait for one that is away', async () => {
  const nowhere = startTracing('a-service', undefined);
  expect(nowhere.tracer.startSpan('call').isRecording()).toBe(false);
  await nowhere.onApplicationShutdown();
  const away = startTracing('a-service', 'http://127.0.0.1:9');
  away.tracer.startSpan('call').end();
  await away.onApplicationShutdown();
});
