import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { asker, type Ask } from './start-chat';
import type { World } from './world';

const ROOT = join(import.meta.dirname, '../../../..');

/** The service bundled as it is deployed, in a folder of its own so that no other run's build is disturbed. */
export class BuiltService {
  private readonly folder = join(ROOT, 'dist', `test-chat-service-${process.pid}`);
  private readonly running = new Set<ReplicaProcess>();

  build(): this {
    const bundler = join(ROOT, 'node_modules/.bin/rolldown');
    const { status, stderr } = spawnSync(bundler, ['-c', 'rolldown.config.mjs', '-d', this.folder], {
      cwd: ROOT,
      env: { ...process.env, APP: 'chat-service', NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the service does not build:\n${stderr}`);
    return this;
  }

  async start(world: World, more: Record<string, string>): Promise<ReplicaProcess> {
    const replica = new ReplicaProcess(join(this.folder, 'main.js'), world, more);
    this.running.add(replica);
    await replica.listening();
    return replica;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((replica) => replica.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A replica in a process of its own, to be killed. */
export class ReplicaProcess {
  private readonly process: ChildProcess;
  private log = '';
  url = '';

  constructor(
    main: string,
    private readonly world: World,
    more: Record<string, string>,
  ) {
    const env = { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'info', ...world.environment, ...more };
    this.process = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async listening(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        this.log += String(chunk);
        const port = /"port":(\d+)[^\n]*"msg":"listening"/.exec(this.log)?.[1];
        if (port === undefined) return;
        this.url = `http://127.0.0.1:${port}`;
        resolve();
      };
      this.process.stdout!.on('data', hear);
      this.process.stderr!.on('data', hear);
      this.process.once('exit', () => reject(new Error(`the replica ended:\n${this.log}`)));
    });
  }

  as(user: string): Ask {
    return asker(this.world, this.url, user);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process.kill(signal);
  }

  /** As when its machine is gone. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
