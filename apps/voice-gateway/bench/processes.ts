import { fork, type ChildProcess } from 'node:child_process';

/** What runs in a process of its own: servers that are measured, and what stands around them. */
export type Role = 'model' | 'surroundings' | 'bare' | 'relay' | 'gateway';

const ROLE = 'PARLEY_BENCH_ROLE';
const FACTS = 'PARLEY_BENCH_FACTS';

type Starter = (facts: Record<string, string>) => Promise<Record<string, string>>;

/** Plays the role that this process was started for, if any; it then never returns. */
export async function playRole(roles: Record<Role, Starter>): Promise<void> {
  const role = process.env[ROLE] as Role | undefined;
  if (role === undefined) return;
  process.on('message', (asked: 'cpu' | 'held') => process.send!(asked === 'cpu' ? cpu() : held()));
  process.on('disconnect', () => process.exit(0));
  process.send!(await roles[role](JSON.parse(process.env[FACTS] ?? '{}') as Record<string, string>));
  await new Promise(() => undefined);
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const held = () => {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

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

  /** Its processor time so far, in microseconds. */
  cpu = (): Promise<number> => this.ask('cpu');

  /** Bytes that it holds after a collection: the heap, and buffers outside of it. The collection costs processor time. */
  held = (): Promise<number> => this.ask('held');

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await gone;
  }

  private ask(what: 'cpu' | 'held'): Promise<number> {
    const told = nextMessage<number>(this.child);
    this.child.send(what);
    return told;
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
