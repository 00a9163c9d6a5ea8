import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Reads `+pid` and `-pid` lines. The end of its input means that the local cloud is gone: whoever is still listed is
 * asked to leave, and killed after five seconds.
 */
const SCRIPT = `
const pids = new Set();
let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const lines = (rest + text).split('\\n');
  rest = lines.pop();
  for (const line of lines) line[0] === '+' ? pids.add(Number(line.slice(1))) : pids.delete(Number(line.slice(1)));
});
const signal = (name) => { for (const pid of pids) try { process.kill(-pid, name); } catch { pids.delete(pid); } };
process.stdin.on('end', () => {
  signal('SIGTERM');
  if (pids.size > 0) setTimeout(() => signal('SIGKILL'), 5000);
});
`;

/**
 * A small process that outlives this one by a moment. Services run in process groups of their own and would stay, with
 * their ports, when this process is killed and can do nothing about it any more.
 */
export class Watchdog {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor() {
    this.child = spawn(process.execPath, ['-e', SCRIPT], {
      detached: true,
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.ended = once(this.child, 'close').catch(() => undefined);
    // Without it everything works but this one guarantee.
    this.child.stdin?.on('error', () => undefined);
  }

  watch(pid: number): void {
    this.child.stdin?.write(`+${pid}\n`);
  }

  forget(pid: number): void {
    this.child.stdin?.write(`-${pid}\n`);
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }
}
