import { fork, type ChildProcess } from 'node:child_process';

/** What runs in a process of its own: servers that are measured, and what stands around them. */
export type Role = 'model' | 'surroundings' | 'bare' | 'relay' | 'gateway';

const ROLE = 'PARLEY_BENCH_ROLE';
const FACTS = 'PARLEY_BENCH_FACTS';

/** What a process tells of itself. */
export interface Usage {
  /** Processor time so far, in microseconds. */
  cpu: number;
  /** Bytes that are held after a collection: the heap, and buffers outside of it. */
  held: number;
}
type Starter = (facts: Record<string, string>) => Promise<Record<string, string>>;

/** Plays the role that this process was started for, if any; it then never returns. */
export async function playRole(roles: Record<Role, Starter>): Promise<void> {
  const role = process.env[ROLE] as Role | undefined;
  if (role === undefined) return;
  process.on('message', () => {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { heapUsed, external } = process.memoryUsage();
    process.send!({ cpu: user + system, held: heapUsed + external } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send!(await roles[role](JSON.parse(process.env[FACTS] ?? '{}') as Record<string, string>));
  await new Promise(() => undefined);
}

/** A process that plays a role. */
export class RolePlayer {
  private constructor(
    private readonly child: ChildProcess,
    /** What it tells others: addresses, names. */
    readonly facts: Record<string, string>,
  ) {}

  /** @param file the bench itself, which hands over to the role when it is started for one */
  static async start(file: string, role: Role, facts: Record<string, string> = {}): Promise<RolePlayer> {
    const child = fork(file, [], {
      execArgv: ['--expose-gc', ...(process.env.BENCH_PROFILE === role ? ['--cpu-prof'] : [])],
      env: { ...process.env, [ROLE]: role, [FACTS]: JSON.stringify(facts) },
    });
    return new RolePlayer(child, await nextMessage(child));
  }

  async usage(): Promise<Usage> {
    const told = nextMessage<Usage>(this.child);
    this.child.send('usage');
    return told;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await gone;
  }
}

const nextMessage = <T = Record<string, string>>(child: ChildProcess) =>
  new Promise<T>((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
