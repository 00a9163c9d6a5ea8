import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** The whole product on this machine, as `npm start` runs it, on ports and data of its own. */
export class Stack {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly data: string,
    private readonly output: string[],
  ) {}

  /**
   * @param data a folder to go on with; a new one without it
   * @param settings more of the environment, as a person sets it
   */
  static async start(
    data = mkdtempSync(join(tmpdir(), 'parley-e2e-')),
    settings: Record<string, string> = {},
  ): Promise<Stack> {
    const port = await freeBase();
    const output: string[] = [];
    const child = spawn(process.execPath, ['dist/apps/local-cloud/main.js'], {
      cwd: root,
      // A group of its own, so that a test can signal all of it as a terminal does.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PORT: String(port),
        PARLEY_DATA: data,
        NO_COLOR: '1',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stack = new Stack(child, port, data, output);
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    await stack.until(/Parley is ready/);
    return stack;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }
  get ws(): string {
    return `ws://localhost:${this.port}`;
  }
  get log(): string {
    return this.output.join('');
  }

  /** Resolves when the output matches; rejects when the process ends without it. */
  async until(pattern: RegExp): Promise<void> {
    const { stdout, stderr } = this.child;
    while (!pattern.test(this.log)) {
      const ended = once(this.child, 'exit').then(() => 'exit');
      const more = Promise.race([once(stdout!, 'data'), once(stderr!, 'data')]).then(() => 'data');
      if (this.child.exitCode !== null || (await Promise.race([ended, more])) === 'exit') {
        if (pattern.test(this.log)) return;
        throw new Error(`The stack ended before it said ${pattern}:\n${this.log}`);
      }
    }
  }

  async token(user: string, more: { clientId?: string; expiresInMs?: number } = {}): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port + 1}/_sim/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, ...more }),
    });
    return ((await response.json()) as { token: string }).token;
  }

  /** Ctrl-C, as a terminal sends it: to every process of the group. Resolves with the exit code. */
  async interrupt(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit') as Promise<[number | null]>;
    process.kill(-this.child.pid!, 'SIGINT');
    return (await exited)[0];
  }

  /** Ports that still answer. */
  async openPorts(): Promise<number[]> {
    const delta = this.port - 4200;
    const all = [
      this.port,
      this.port + 1,
      this.port + 2,
      this.port + 3,
      this.port + 4,
      8080 + delta,
      8081 + delta,
      9080 + delta,
      9081 + delta,
    ];
    const free = await Promise.all(all.map(isFree));
    return all.filter((_, index) => !free[index]);
  }
}

/** A base port with everything above it free that a stack takes. */
async function freeBase(): Promise<number> {
  for (;;) {
    // All of them below the ports that the system gives to connections going out (from 32768 on): those come and go.
    const base = 10_000 + Math.floor(Math.random() * 12_000);
    const delta = base - 4200;
    const wanted = [
      base,
      base + 1,
      base + 2,
      base + 3,
      base + 4,
      8080 + delta,
      8081 + delta,
      9080 + delta,
      9081 + delta,
    ];
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
