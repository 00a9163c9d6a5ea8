import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What the traffic of a browser goes through, to be cut under all that is open: `setOffline` of Playwright spares answers that
 * are being read. Give its `proxy` to the context of a page.
 */
export class Cable {
  private readonly open = new Set<Duplex>();
  private isCut = false;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.keep(socket));
    server.on('request', (asked, answer) => {
      const { method, headers } = asked;
      const onward = request(asked.url!, { method, headers }, (answered) => {
        answer.writeHead(answered.statusCode!, answered.headers);
        answered.on('error', () => answer.destroy()).pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      answer.on('close', () => onward.destroy());
      asked.pipe(onward);
    });
    // Of WebSockets.
    server.on('connect', ({ url }, socket) => {
      const [host, port] = url!.split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    });
  }

  static async lay(): Promise<Cable> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Cable(server);
  }

  get proxy() {
    const { port } = this.server.address() as AddressInfo;
    // Chromium asks no proxy for this machine unless it is told to.
    return { server: `http://127.0.0.1:${port}`, bypass: '<-loopback>' };
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }
  mend(): void {
    this.isCut = false;
  }
  close(): void {
    this.cut();
    this.server.close();
  }

  private keep(socket: Duplex): void {
    if (this.isCut) return void socket.destroy();
    this.open.add(socket);
    socket.on('close', () => this.open.delete(socket));
  }
}
