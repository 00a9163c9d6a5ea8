import 'reflect-metadata';
import { connect, type Socket } from 'node:net';
import { startTestPool } from '@parley/auth/testing';
import { ServerProcess, playRole } from './server-process';
import { ADDRESS, SERVERS } from './upgrade-servers';

const BATCH = 400;
const AT_ONCE = 40;
/** As many as the runner takes, its warm-up too. */
const ROUNDS = 13;
const WARM_UP = 25;
const BROKEN = 'not.a.token';
/** A close frame of a client, without a reason. */
const GOODBYE = Buffer.from([0x88, 0x80, 1, 2, 3, 4]);

await playRole(SERVERS);

/**
 * What a handshake costs a server: processor time of the server's own process until all sockets of a batch are open, or
 * refused. All servers get the same bytes. The client writes them by hand and never sleeps meanwhile: a server that has to
 * wake it at each answer would pay for that, and more so the slower it is.
 */
export default async function bench() {
  const pool = await startTestPool();
  const facts = { issuer: pool.issuer, clientId: pool.clientId };
  const start = (role: keyof typeof SERVERS) => ServerProcess.start(import.meta.filename, role, facts);
  const servers = {
    bare: await start('bare'),
    signatureAlone: await start('signatureAlone'),
    nest: await start('nest'),
    parley: await start('parley'),
  };
  const { bare, signatureAlone, nest, parley } = servers;
  const mintBatch = () => Promise.all(Array.from({ length: BATCH }, () => pool.mint({ groups: ['readers'] })));
  const fresh = await Promise.all(Array.from({ length: ROUNDS }, mintBatch));
  const seen = await mintBatch();
  let [round, address] = [0, 0];

  const batch = async (server: ServerProcess, tokens: readonly string[], addressOf: () => string) => {
    const before = await server.cpu();
    const awake = stayAwake();
    const waiting = [...tokens];
    const open: Socket[] = [];
    const visit = async () => {
      for (let token = waiting.pop(); token !== undefined; token = waiting.pop())
        open.push(await shakeHands(server.port, token, addressOf()));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, visit));
    awake.stop();
    const used = (await server.cpu()) - before;
    for (const socket of open) socket.destroy();
    await server.calm();
    return used;
  };
  const home = () => '10.0.0.1:1';
  const everywhere = () => `10.${((address += 1) >> 16) & 255}.${(address >> 8) & 255}.${address & 255}:1`;
  const broken = Array<string>(BATCH).fill(BROKEN);
  // A service has long been compiled by the time that anybody measures it.
  for (let warm = 0; warm < WARM_UP; warm += 1) {
    for (const tokens of [seen, broken]) await batch(parley, tokens, everywhere);
    const unknown = await mintBatch();
    for (const server of Object.values(servers)) await batch(server, unknown, home);
  }

  return {
    tables: [
      {
        title: 'A handshake that is admitted',
        what: 'handshake',
        baseline: 'bare ws',
        batch: BATCH,
        contenders: {
          'bare ws': () => batch(bare, seen, home),
          'bare ws, signature alone': () => batch(signatureAlone, seen, home),
          'Nest’s own adapter, open to all': () => batch(nest, seen, home),
          'parley, token seen before': () => batch(parley, seen, home),
          'parley, new token': () => batch(parley, fresh[round++]!, home),
        },
        wanted: [
          { contender: 'parley, token seen before', against: 'bare ws', atMost: 1 / 0.9 },
          { contender: 'parley, new token', against: 'bare ws', atMost: 1 / 0.7 },
        ],
      },
      {
        title: 'A handshake that is refused',
        what: 'refusal',
        baseline: 'parley, admitted',
        batch: BATCH,
        contenders: {
          'parley, admitted': () => batch(parley, seen, home),
          'told why (1008), each from an address of its own': () => batch(parley, broken, everywhere),
          'above the limit (429), all from one address': () => batch(parley, broken, () => '10.255.0.1:1'),
        },
      },
    ],
    async close() {
      await Promise.all(Object.values(servers).map((server) => server.stop()));
      await pool.close();
    },
  };
}

function stayAwake() {
  let awake = true;
  const stir = () => awake && void setImmediate(stir);
  stir();
  return { stop: () => (awake = false) };
}

/** One handshake: resolves when the socket is open, or was refused and is closed. */
function shakeHands(port: number, token: string, address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.startsWith('HTTP/1.1 101') && token !== BROKEN) resolve(socket);
      // The frame behind the head closes: its reason is told.
      else if (answer.startsWith('HTTP/1.1 101') && answer.includes('token')) socket.end(GOODBYE);
      else if (!/^HTTP\/1.1 (101|429)/.test(answer)) reject(new Error(`refused: ${answer}`));
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(socket));
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${ADDRESS}: ${address}\r\n` +
        `Sec-WebSocket-Protocol: parley.v1, bearer.${token}\r\n\r\n`,
    );
  });
}
