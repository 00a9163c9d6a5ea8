import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Either speaks the protocol; whichever this machine has. */
const PROGRAMS = ['valkey-server', 'redis-server'];

/** A server for what is hot and may be lost, in a process of its own. It keeps nothing. */
export interface LocalValkey {
  url: string;
  pid: number;
  close(): Promise<void>;
}

/**
 * Where services find Valkey when this machine is not to start one: `VALKEY_URL` of the person, which is nowhere when it is
 * set but empty. Undefined when nothing was said.
 */
export const valkeyOfPerson = (env: Environment): { url: string | undefined } | undefined =>
  env['VALKEY_URL'] === undefined ? undefined : { url: env['VALKEY_URL'] || undefined };

/** The path of a server program on this machine, or undefined. */
export function findValkey({ PATH = '' }: Environment): string | undefined {
  const paths = PROGRAMS.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Starts one on loopback.
 *
 * @param onDeath told when it ends before it is closed; everything works without it, only slower
 * @throws Error with what it said when it does not start
 */
export async function startValkey(program: string, port: number, onDeath: () => void): Promise<LocalValkey> {
  const listen = ['--bind', '127.0.0.1', '--port', String(port)];
  const child = spawn(program, [...listen, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    // A process group of its own: it must outlive the Ctrl-C of a terminal until services have left.
    detached: true,
  });
  await ready(child, program);
  const ended = once(child, 'exit');
  let closing = false;
  void ended.then(() => closing || onDeath());
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid!,
    async close() {
      closing = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function ready(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += String(chunk);
      if (said.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} did not start:\n${said}`)));
  });
}
