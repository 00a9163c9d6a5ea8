import './roles/index';
import { connect, type Socket } from 'node:net';
import { playBack } from './play-back';
import { RolePlayer } from './processes';

const FULL = process.argv.includes('--full') || process.env.BENCH_FULL === 'true';
const SOCKETS = FULL ? 10_000 : 4_000;
const ROUNDS = FULL ? 3 : 1;
/** Sockets that one principal may have. */
const EACH = 10;

const file = import.meta.filename;

/** What an authenticated socket holds that says nothing, and what its handshake costs, against a bare WebSocket server. */
export default async function bench() {
  const around = await RolePlayer.start(file, 'surroundings', { users: String(SOCKETS / EACH) });
  const tokens = around.facts.tokens!.split(' ');
  const facts = { ...around.facts, tokens: '', model: 'http://127.0.0.1:9', adapter: 'lean' };
  const contenders = {
    'bare ws': await RolePlayer.start(file, 'bare'),
    gateway: await RolePlayer.start(file, 'gateway', facts),
  };
  type Name = keyof typeof contenders;
  const names = Object.keys(contenders) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, [number, number][]>;
  for (const name of names) await look(contenders[name], tokens);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const name of names) seen[name].push(await look(contenders[name], tokens));

  const table = (title: string, what: string, column: 0 | 1, more: object) => ({
    title,
    what,
    baseline: 'bare ws',
    batch: 1,
    rounds: ROUNDS,
    contenders: Object.fromEntries(names.map((name) => [name, playBack(seen[name].map((row) => row[column]))])),
    ...more,
  });
  return {
    tables: [
      table(`Held for an idle socket, of ${SOCKETS.toLocaleString('en')}`, 'socket', 0, {
        unit: 'bytes',
        wanted: [{ contender: 'gateway', against: 'bare ws', atMost: 1.3 }],
      }),
      table('Upgrades', 'handshake', 1, {}),
    ],
    close: () => Promise.all([...Object.values(contenders), around].map((player) => player.stop())),
  };
}

/** Bytes that one open socket holds, and microseconds of processor time for its handshake. */
async function look(player: RolePlayer, tokens: readonly string[]): Promise<[number, number]> {
  const [held, cpu] = [await player.held(), await player.cpu()];
  const sockets: Socket[] = [];
  let next = 0;
  const opener = async () => {
    while (next < SOCKETS) sockets.push(await shakeHands(player.facts.url!, tokens[Math.floor(next++ / EACH)]!));
  };
  await Promise.all(Array.from({ length: 20 }, opener));
  const handshake = ((await player.cpu()) - cpu) / SOCKETS;
  const idle = ((await player.held()) - held) / SOCKETS;
  const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of sockets) socket.destroy();
  await Promise.all(gone);
  return [idle, handshake];
}

/** A WebSocket handshake by hand: ten thousand clients of the `ws` package would cost more than the server. */
function shakeHands(url: string, token: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      if (bytes.toString('latin1').startsWith('HTTP/1.1 101')) resolve(socket);
      else reject(new Error(`refused: ${bytes.toString('latin1')}`));
    });
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Protocol: parley.v1, bearer.${token}\r\n\r\n`,
    );
  });
}
