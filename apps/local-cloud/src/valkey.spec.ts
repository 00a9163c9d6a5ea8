import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findValkey, startValkey } from './valkey';

const folder = mkdtempSync(join(tmpdir(), 'parley-valkey-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('finds a program that can be run, and nothing where there is none', () => {
  writeFileSync(join(folder, 'valkey-server'), '');
  expect(findValkey({ PATH: folder })).toBeUndefined();
  chmodSync(join(folder, 'valkey-server'), 0o755);
  expect(findValkey({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'valkey-server'));
  expect(findValkey({})).toBeUndefined();
});

it('answers when it is started, says when it dies, and says nothing when it is closed', async () => {
  const port = await freePort();
  const program = process.env['REDIS_SERVER_PATH'] || findValkey(process.env)!;
  let died = (): void => undefined;
  const dead = new Promise<void>((resolve) => (died = resolve));
  const first = await startValkey(program, port, died);
  const socket = connect(port, '127.0.0.1');
  socket.write('PING\r\n');
  expect(String((await once(socket, 'data'))[0])).toBe('+PONG\r\n');
  socket.destroy();
  process.kill(first.pid, 'SIGKILL');
  await dead;
  const second = await startValkey(program, port, () => {
    throw new Error('it was closed, it did not die');
  });
  await second.close();
});

it('says what it said when it does not start', async () => {
  writeFileSync(join(folder, 'redis-server'), '#!/bin/sh\necho no memory\nexit 1\n');
  chmodSync(join(folder, 'redis-server'), 0o755);
  await expect(startValkey(join(folder, 'redis-server'), 1, () => undefined)).rejects.toThrow('no memory');
});
