import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LineSink } from './printer';

/** When a service that died is started again. */
export interface RestartPolicy {
  /** A life shorter than this is a quick death. */
  quickMs: number;
  /** After so many quick deaths in a row it is given up. */
  maxQuickDeaths: number;
  /** Pause before the first restart; it doubles with each quick death. */
  pauseMs: number;
}

export const RESTART_POLICY: RestartPolicy = { quickMs: 10_000, maxQuickDeaths: 5, pauseMs: 250 };

export interface ServiceProcessOptions {
  name: string;
  /** The script that Node runs. */
  script: string;
  cwd: string;
  environment: Record<string, string>;
  /** Its lines, from standard output and standard error. */
  onLine: LineSink;
  say: (level: 'warn' | 'error', message: string) => void;
  /** Told of each process that begins and that has ended. */
  watchdog?: { watch(pid: number): void; forget(pid: number): void };
  /** It will not be started again. */
  onGivenUp: () => void;
  policy?: RestartPolicy;
}

/** One service as a process of its own: started again when it dies, and ended in order. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private restart: NodeJS.Timeout | undefined;
  private quickDeaths = 0;
  private stopping = false;

  constructor(private readonly options: ServiceProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  start(): void {
    const { script, cwd, environment, onLine } = this.options;
    const startedMs = performance.now();
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C in a terminal goes to the whole group, and services are to hear of it from us.
      detached: true,
    });
    this.child = child;
    const { pid } = child;
    if (pid !== undefined) this.options.watchdog?.watch(pid);
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        onLine(String(error));
        // Nothing was started, so nothing will close.
        if (pid === undefined) child.emit('close', null, null);
      });
      child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
        resolve();
        this.child = undefined;
        if (pid !== undefined) this.options.watchdog?.forget(pid);
        if (!this.stopping) this.onDeath(signal ?? `exit code ${code ?? '?'}`, performance.now() - startedMs);
      });
    });
  }

  /** SIGTERM, then SIGKILL after `patienceMs`. Resolves when the process is gone and its last lines are shown. */
  async stop(patienceMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    if (!this.child) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.options.say('warn', `${this.name} did not leave within ${patienceMs / 1000} s and was killed`);
      this.killNow();
    }, patienceMs);
    await this.ended;
    clearTimeout(late);
  }

  /** Ends the process and whatever it started, without asking. */
  killNow(): void {
    this.stopping = true;
    clearTimeout(this.restart);
    const pid = this.child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }

  private onDeath(how: string, livedMs: number): void {
    const { quickMs, maxQuickDeaths, pauseMs } = this.options.policy ?? RESTART_POLICY;
    this.quickDeaths = livedMs < quickMs ? this.quickDeaths + 1 : 1;
    if (this.quickDeaths >= maxQuickDeaths) {
      this.options.say('error', `${this.name} ended (${how}), ${maxQuickDeaths} times in short order: it is given up`);
      return this.options.onGivenUp();
    }
    const pause = pauseMs * 2 ** (this.quickDeaths - 1);
    this.options.say('error', `${this.name} ended unexpectedly (${how}); starting it again in ${pause / 1000} s`);
    this.restart = setTimeout(() => this.start(), pause);
  }
}
