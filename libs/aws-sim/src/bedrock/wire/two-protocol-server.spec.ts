import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { once } from 'node:events';
import { startBedrock, type BedrockSimulator } from '../index';

describe('one port for two protocols', () => {
  let simulator: BedrockSimulator;
  beforeEach(async () => void (simulator = await startBedrock()));
  afterEach(() => simulator.close());

  it('answers both at once', async () => {
    const h1 = await fetch(`${simulator.endpoint}/_sim/faults`);
    expect(await h1.json()).toEqual({ next: [], during: [] });
    const session = connectHttp2(simulator.endpoint);
    const stream = session.request({ ':path': '/_sim/faults' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(200);
    stream.resume();
    await once(stream, 'end');
    session.close();
  });

  it('tells them apart when the first bytes come one by one', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    socket.setNoDelay();
    await once(socket, 'connect');
    for (const byte of 'POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n') {
      await new Promise<void>((resolve) => socket.write(byte, () => resolve()));
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    socket.destroy();
  });

  it('survives clients that say nothing, say nonsense, and leave', async () => {
    for (const bytes of ['', 'P', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', '\0\0\0\0\n\n']) {
      const socket = connect(simulator.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await fetch(`${simulator.endpoint}/_sim/faults`)).status).toBe(200);
  });

  it('does not know other paths and methods', async () => {
    expect((await fetch(`${simulator.endpoint}/model/a/invoke`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${simulator.endpoint}/model/a/converse`)).status).toBe(404);
  });

  it('says so when the port is taken', async () => {
    await expect(startBedrock({ port: simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
