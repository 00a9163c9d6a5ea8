import { once } from 'node:events';
import { connect } from 'node:net';
import { HEARTBEAT } from '@parley/protocol';
import { startExample } from '../testing/example-service';

const CLOSE_FRAME = 0x88;
/** A binary frame of 40,000 zeros, as a client masks it: larger than one may be. */
const TOO_BIG = Buffer.concat([Buffer.from([0x82, 0xfe, 40_000 >> 8, 40_000 & 255, 0, 0, 0, 0]), Buffer.alloc(40_000)]);
const turn = () => new Promise((resolve) => setImmediate(resolve));

const handshake = (more: string) =>
  'GET /ws/example HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

it('a client that does not answer a close is ended after ten seconds, and holds its socket no longer', async () => {
  const example = await startExample();
  const client = connect(example.service.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write(handshake(`Authorization: Bearer ${await example.pool.mint()}\r\n`));
  await once(client, 'data');
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'Date'],
  });
  client.write(TOO_BIG);
  const [frame] = (await once(client, 'data')) as [Buffer];
  expect([frame[0], frame.readUInt16BE(2)]).toEqual([CLOSE_FRAME, 1009]);
  const gone = once(client, 'close');
  let isGone = false;
  void gone.then(() => (isGone = true));
  jest.advanceTimersByTime(HEARTBEAT.closeMs - 1);
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect([HEARTBEAT.closeMs, isGone]).toEqual([10_000, false]);
  jest.advanceTimersByTime(1);
  await gone;
  jest.useRealTimers();
  await example.close();
});

it('a service that leaves waits for nobody who was refused and keeps his end open, nor for one who says nothing', async () => {
  const example = await startExample();
  const [refused, silent] = [1, 2].map(() => connect(example.service.port, '127.0.0.1'));
  const gone = [refused!, silent!].map((client) =>
    once(
      client.on('error', () => undefined),
      'close',
    ),
  );
  await once(silent!, 'connect');
  // The ten seconds that a close handshake may take do not pass.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'Date'] });
  refused!.write(handshake(''));
  await once(refused!, 'data');
  await example.close();
  await Promise.all(gone);
  jest.useRealTimers();
});
