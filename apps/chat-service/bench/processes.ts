import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process of the bench is; it tells its address when it is ready. */
export type Role = 'provider' | 'pipe' | 'sdk' | 'parley' | 'aws';

export interface Usage {
  /** Microseconds of processor time since it was started. */
  cpu: number;
  /** Bytes it holds, after a collection. */
  memory: number;
}

/** A part of the bench in a process of its own, so that its processor time and memory are its own. */
export class BenchProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said when it was ready. */
    readonly told: Record<string, string>,
  ) {}

  static async start(file: string, role: Role, input: Record<string, string> = {}): Promise<BenchProcess> {
    const env = { ...process.env, ...input, BENCH_ROLE: role, BENCH_INPUT: JSON.stringify(input) };
    const child = fork(file, [], { env, execArgv: ['--expose-gc'] });
    const [told] = (await once(child, 'message')) as [Record<string, string>];
    return new BenchProcess(child, told);
  }

  get url(): string {
    return this.told['url']!;
  }

  async usage(): Promise<Usage> {
    this.child.send('usage');
    const [usage] = (await once(this.child, 'message')) as [Usage];
    return usage;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

/** The other side: says where it listens, then answers what it has used. */
export function serve(told: Record<string, string>): void {
  process.on('message', () => {
    (globalThis as { gc?: () => void }).gc?.();
    const { user, system } = process.cpuUsage();
    const { heapUsed, external } = process.memoryUsage();
    process.send!({ cpu: user + system, memory: heapUsed + external } satisfies Usage);
  });
  // When the bench is gone, whyever, so are its processes.
  process.on('disconnect', () => process.exit());
  process.send!(told);
}
