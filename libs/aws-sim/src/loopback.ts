import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface LoopbackServer {
  port: number;
  /** Stops listening and destroys every connection, upgraded ones included. */
  close(): Promise<void>;
}

/** How often a pair of free ports is looked for when port 0 was asked for and the IPv6 side of it is taken. */
const ATTEMPTS = 5;

/**
 * Listens on both loopback addresses with one port: a browser may take `localhost` for either. A machine without IPv6
 * is served on 127.0.0.1 alone.
 *
 * @param makeServer makes one of the servers; all of them get the same listeners
 * @param host listen on this address only
 * @throws the socket's error, `EADDRINUSE` when the port is taken on one of the addresses
 */
export async function listenOnLoopback(
  makeServer: () => HttpServer,
  options: { port?: number; host?: string | undefined } = {},
): Promise<LoopbackServer> {
  const { port = 0, host } = options;
  if (host !== undefined) return asOne([await listen(makeServer(), port, host)]);
  for (let attempt = 1; ; attempt += 1) {
    const first = await listen(makeServer(), port, '127.0.0.1');
    try {
      return asOne([first, await listen(makeServer(), first.port, '::1')]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return asOne([first]);
      await first.close();
      if (port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Whether something could listen on this loopback port now; `bothFamilies` asks for ::1 as well. */
export async function isPortFree(port: number, bothFamilies: boolean): Promise<boolean> {
  try {
    const server = await listenOnLoopback(() => createServer(), bothFamilies ? { port } : { port, host: '127.0.0.1' });
    await server.close();
    return true;
  } catch {
    return false;
  }
}

function asOne(servers: LoopbackServer[]): LoopbackServer {
  return {
    port: servers[0]?.port ?? 0,
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

async function listen(server: HttpServer, port: number, host: string): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
