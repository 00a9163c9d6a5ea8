import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const ROLE = 'PARLEY_BENCH_ROLE';

const ANSWERS = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  connections: () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
};

/** Serves in a process of its own what a bench measures, so that a client's work is not in its figures. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @param file the bench itself, which plays the role when it is started for one */
  static async start(file: string, role: string, facts: object): Promise<ServerProcess> {
    const execArgv = process.env['BENCH_PROFILE']?.split(',').includes(role) ? ['--cpu-prof'] : [];
    const child = fork(file, [], { env: { ...process.env, [ROLE]: JSON.stringify({ role, facts }) }, execArgv });
    const [port] = (await once(child, 'message')) as [number];
    return new ServerProcess(child, port);
  }

  /** Microseconds of processor time so far. */
  cpu = (): Promise<number> => this.ask('cpu');

  /** When it has seen all of its connections end. */
  async calm(): Promise<void> {
    while ((await this.ask('connections')) > 0);
  }

  private async ask(what: keyof typeof ANSWERS): Promise<number> {
    this.child.send(what);
    const [answer] = (await once(this.child, 'message')) as [number];
    return answer;
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }
}

/** Starts the server this process was started for, if any; it then never returns. Each server tells the port it listens on. */
export async function playRole<F>(roles: Record<string, (facts: F) => Promise<number>>): Promise<void> {
  const told = process.env[ROLE];
  if (told === undefined) return;
  const { role, facts } = JSON.parse(told) as { role: string; facts: F };
  process.on('message', (what: keyof typeof ANSWERS) => process.send!(ANSWERS[what]()));
  process.on('disconnect', () => process.exit(0));
  process.send!(await roles[role]!(facts));
  await new Promise(() => undefined);
}
