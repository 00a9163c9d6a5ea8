import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connectionOptionsOf, type ValkeyOptions } from '../valkey/valkey-options';
import { freePort, RedisNode } from './redis-node';

/** How Valkey is set up in an environment. */
export interface RedisServerOptions {
  /** Two nodes, each with half of the slots. */
  cluster?: boolean;
  /** TLS and a password, and of the commands only those that a deployed cache lets its user give. */
  secured?: boolean;
}

const PASSWORD = 'a-password-for-tests-only';
/** infra's access string for the user of the cache. */
const ACCESS = ['on', `>${PASSWORD}`, '~*', '&*', '+@all', '-@dangerous'];
const HALF = 8_192;

/** A real redis-server in processes of its own, on free ports of loopback, that keeps nothing. */
export class RedisServer {
  private readonly nodes: RedisNode[] = [];
  private certificate: string | undefined;

  private constructor(
    private readonly options: RedisServerOptions,
    private readonly folder: string,
  ) {}

  /** @throws Error with the line that installs it when there is no redis-server */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options, mkdtempSync(join(tmpdir(), 'parley-redis-')));
    if (options.secured) server.certificate = makeCertificate(server.folder);
    for (let index = 0; index < (options.cluster ? 2 : 1); index += 1)
      server.nodes.push(new RedisNode(await freePort(), server.folder, await server.args(`${index}`)));
    await server.up();
    if (options.cluster) await server.form();
    return server;
  }

  /** What a service is told of it: a cluster by its first node. */
  get valkey(): ValkeyOptions {
    return {
      url: `${this.options.secured ? 'rediss' : 'redis'}://127.0.0.1:${this.nodes[0]!.port}`,
      mode: this.options.cluster ? 'cluster' : 'single',
      ...(this.options.secured ? { password: PASSWORD, ca: readFileSync(this.certificate!, 'utf8') } : {}),
    };
  }

  /** Starts it; after `down` on the same ports again. */
  async up(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.up()));
  }

  /** As when its machine is gone: connections break. */
  async down(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.down()));
  }

  /** It hangs: connections stay, and no answer comes. */
  hang(): void {
    for (const node of this.nodes) node.signal('SIGSTOP');
  }

  resume(): void {
    for (const node of this.nodes) node.signal('SIGCONT');
  }

  /** Breaks the connections of all clients, as a failover does. */
  async dropClients(): Promise<void> {
    await this.asAdmin(async (node) => void (await node.call('CLIENT', 'KILL', 'SKIPME', 'yes')));
  }

  /** Whether clients may publish: as when the user of the cache lost a right, while all connections stay. */
  async letPublish(may: boolean): Promise<void> {
    await this.asAdmin(
      async (node) => void (await node.call('ACL', 'SETUSER', 'default', `${may ? '+' : '-'}spublish`)),
    );
  }

  async stop(): Promise<void> {
    this.resume();
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async args(name: string): Promise<string[]> {
    const { cluster, secured } = this.options;
    const pem = this.certificate ?? '';
    return [
      ...(secured
        ? ['--tls-cert-file', pem, '--tls-key-file', pem, '--tls-ca-cert-file', pem, '--tls-auth-clients', 'no']
        : []),
      ...(secured
        ? ['--user', 'default', ...ACCESS, '--user', 'admin', 'on', `>${PASSWORD}`, '~*', '&*', '+@all']
        : []),
      // Without a port of its own the bus would listen 10000 above, which may not exist.
      ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`] : []),
      ...(cluster && secured ? ['--tls-cluster', 'yes'] : []),
      ...(cluster ? ['--cluster-config-file', `nodes-${name}.conf`] : []),
    ];
  }

  private async form(): Promise<void> {
    const [first] = this.nodes;
    await this.asAdmin(async (node, index) => {
      await node.call('CLUSTER', 'ADDSLOTSRANGE', index * HALF, (index + 1) * HALF - 1);
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      if (index > 0) await node.call('CLUSTER', 'MEET', '127.0.0.1', first!.port, first!.busPort!);
    });
    // There is no event for it: the nodes tell each other in their own time.
    await this.asAdmin(async (node) => {
      while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
        await new Promise((resolve) => setTimeout(resolve, 50));
    });
  }

  private async asAdmin(work: (node: Redis, index: number) => Promise<void>): Promise<void> {
    for (const [index, { port }] of this.nodes.entries()) {
      const options = connectionOptionsOf(this.valkey);
      const secured = this.options.secured ? { username: 'admin' } : {};
      const node = new Redis({ ...options, ...secured, host: '127.0.0.1', port, enableOfflineQueue: true });
      try {
        await work(node, index);
      } finally {
        node.disconnect();
      }
    }
  }
}

function makeCertificate(folder: string): string {
  const pem = join(folder, 'server.pem');
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', pem, '-out', pem];
  const { status, error, stderr } = spawnSync('openssl', [...args, ...names], { encoding: 'utf8' });
  if (error)
    throw new Error('openssl is needed for these tests and is not here. Install it with: apt-get install -y openssl');
  if (status !== 0) throw new Error(`openssl made no certificate:\n${stderr}`);
  return pem;
}
