import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** What runs in a process of its own: servers that are measured, and what stands around them. */
export type Role = 'model' | 'surroundings' | 'bare' | 'relay' | 'gateway' | 'speakers';

const ROLE = 'PARLEY_BENCH_ROLE';
const FACTS = 'PARLEY_BENCH_FACTS';

/** Processor time in a quarter of a second below which nobody but the clocks of open calls works. */
const CALM_US = 40_000;

type Starter = (facts: Record<string, string>) => Promise<Record<string, string>>;

/** Plays the role that this process was started for, if any; it then never returns. */
export async function playRole(roles: Record<Role, Starter>): Promise<void> {
  const role = process.env[ROLE] as Role | undefined;
  if (role === undefined) return;
  process.on('message', (asked: 'cpu' | 'held') => {
    if (asked === 'cpu') process.send!(cpu());
    else void held().then((bytes) => process.send!(bytes));
  });
  process.on('disconnect', () => process.exit(0));
  process.send!(await roles[role](JSON.parse(process.env[FACTS] ?? '{}') as Record<string, string>));
  await new Promise(() => undefined);
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
/** Once nothing more is given back: what was closed just now is still on its way to be forgotten. */
const held = async () => {
  let [bytes, before] = [0, Infinity];
  for (let same = 0; same < 5; same = bytes < before * 0.999 ? 0 : same + 1) {
    before = Math.min(before, bytes || Infinity);
    await pause(50);
    globalThis.gc!();
    const { heapUsed, external } = process.memoryUsage();
    bytes = heapUsed + external;
  }
  return bytes;
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

  /** When it has done what ended calls left to be written, or after ten seconds: that belongs to no measurement but theirs. */
  async calm(): Promise<void> {
    for (let window = 0, before = await this.cpu(); window < 40; window += 1) {
      await pause(250);
      const now = await this.cpu();
      if (now - before < CALM_US) return;
      before = now;
    }
  }

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
