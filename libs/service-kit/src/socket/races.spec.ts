import { WebSocket } from 'ws';
import { seen, startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let skewMs = 0;
let example: Example;
beforeAll(async () => {
  example = await startExample({
    life: { everyMs: 20, now: () => Date.now() + skewMs },
    connections: { perPrincipal: 1_000 },
  });
});
afterAll(() => example.close());

const open = async (token: string) => {
  const socket = new TestSocket(`${example.ws}/ws/example`, ['parley.v1', `bearer.${token}`]);
  await socket.opened();
  return socket;
};
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

it('ends a thousand sockets whose tokens end in the same second with 4401 each, and forgets them all', async () => {
  const token = await example.pool.mint({ sub: 'crowd' });
  const codes: Promise<number>[] = [];
  for (let n = 0; n < 1_000; n += 1) {
    const socket = new WebSocket(`${example.ws}/ws/example`, ['parley.v1', `bearer.${token}`]);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    codes.push(new Promise((resolve) => socket.once('close', resolve)));
  }
  skewMs = 3_700_000;
  expect(new Set(await Promise.all(codes))).toEqual(new Set([4401]));
  await until(() => seen.filter((line) => line === 'disconnected').length === 1_000);
  skewMs = 0;
  // Every place is free again.
  const again = await open(await example.pool.mint({ sub: 'crowd' }));
  again.socket.close();
  await again.closed;
}, 60_000);

it('keeps sockets open through a rotation of the keys, and renews them with a token of the new key', async () => {
  const rotating = await startExample({ pool: example.pool });
  const socket = new TestSocket(`${rotating.ws}/ws/example`, ['parley.v1', `bearer.${await example.pool.mint({ sub: 'rita' })}`]);
  await socket.opened();
  await example.pool.rotate(false);
  socket.say({ event: 'echo', data: { text: 'on' } });
  expect(await socket.next()).toMatchObject({ event: 'echoed' });
  // A process that reads the keys after the rotation knows only the new one.
  const after = await startExample({ pool: example.pool });
  const renewed = new TestSocket(`${after.ws}/ws/example`, ['parley.v1', `bearer.${await example.pool.mint({ sub: 'rita' })}`]);
  await renewed.opened();
  renewed.say({ event: 'tokenRefresh', data: { token: await example.pool.mint({ sub: 'rita' }) } });
  expect(await renewed.next()).toMatchObject({ event: 'tokenRefreshed' });
  await Promise.all([rotating.close(), after.close()]);
}); // prettier-ignore

it('gives the place of a handshake back that was broken off while it was decided', async () => {
  const one = await startExample({ pool: example.pool, connections: { perPrincipal: 1 } });
  const token = await example.pool.mint({ sub: 'hasty' });
  for (let n = 0; n < 20; n += 1) {
    const socket = new WebSocket(`${one.ws}/ws/example`, ['parley.v1', `bearer.${token}`]);
    socket.on('error', () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    socket.terminate();
  }
  let verdict = '';
  while (verdict !== 'echoed') {
    const socket = new TestSocket(`${one.ws}/ws/example`, ['parley.v1', `bearer.${token}`]);
    await socket.opened();
    socket.say({ event: 'echo', data: { text: 'in' } });
    verdict = (await socket.next<{ event: string }>()).event;
    socket.socket.close();
    await socket.closed;
  }
  await one.close();
});
