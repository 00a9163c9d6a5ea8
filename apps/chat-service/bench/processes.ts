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

/** From when to when something was waited for: milliseconds since the epoch, the same clock in every process. */
export type Span = readonly [from: number, to: number];

export const clock = (): number => performance.timeOrigin + performance.now();

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

  usage(): Promise<Usage> {
    return this.tell<Usage>('usage');
  }

  /** When it waited for its store since this was asked last. */
  waits(): Promise<Span[]> {
    return this.tell<Span[]>('waits');
  }

  private async tell<T>(what: string): Promise<T> {
    this.child.send(what);
    const [answer] = (await once(this.child, 'message')) as [T];
    return answer;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

/** The other side: says where it listens, then answers what it has used and waited for. */
export function serve(told: Record<string, string>, watchStore: () => Span[] = () => []): void {
  let waits: Span[] | undefined;
  const { gc = () => undefined } = globalThis as { gc?: () => void };
  process.on('message', async (what) => {
    // Not before it is asked for: what is noted down would count where memory is weighed.
    if (what === 'waits') return void process.send!((waits ??= watchStore()).splice(0));
    gc();
    const { user, system } = process.cpuUsage();
    // What the first collection finalises, the second takes.
    await new Promise(setImmediate);
    gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send!({ cpu: user + system, memory: heapUsed + external } satisfies Usage);
  });
  // When the bench is gone, whyever, so are its processes.
  process.on('disconnect', () => process.exit());
  process.send!(told);
}
