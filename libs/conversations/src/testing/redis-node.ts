import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { endsWithUs } from './ends-with-us';

const MISSING =
  'redis-server is needed for these tests and is not here. Install it with: apt-get install -y redis-server (Debian), brew install redis (macOS)';

/** One process of redis-server, which may be killed and started again on its port. */
export class RedisNode {
  private process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: string[],
  ) {}

  /** The port that nodes of a cluster speak to each other on. */
  get busPort(): number | undefined {
    const at = this.args.indexOf('--cluster-port');
    return at === -1 ? undefined : Number(this.args[at + 1]);
  }

  async up(): Promise<void> {
    const isSecured = this.args.includes('--tls-cert-file');
    const listen = isSecured ? ['--port', '0', '--tls-port', `${this.port}`] : ['--port', `${this.port}`];
    const keepNothing = ['--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'no'];
    const started = spawn(
      process.env['REDIS_SERVER_PATH'] || 'redis-server',
      [...keepNothing, ...listen, ...this.args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.process = started;
    // A bench, a test run that gives up or is killed: none of them leaves one behind.
    if (started.pid !== undefined) endsWithUs(started);
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const listenTo = (chunk: Buffer) => {
        said += String(chunk);
        if (said.includes('Ready to accept connections')) resolve();
      };
      started.stdout.on('data', listenTo);
      started.stderr.on('data', listenTo);
      started.once('error', (cause) => reject(new Error(MISSING, { cause })));
      started.once('exit', () => reject(new Error(`redis-server ended:\n${said}`)));
    });
  }

  async down(): Promise<void> {
    const { process: ending } = this;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill('SIGKILL');
    await ended;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process?.kill(signal);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
