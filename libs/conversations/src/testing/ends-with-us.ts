import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Ends a process when this one ends, however that comes: killed, it cannot clean up itself. A shell of its own session waits
 * at a pipe whose other end only we have.
 */
export function endsWithUs(other: ChildProcess): void {
  const shell = spawn('sh', ['-c', 'read -r line; kill -9 "$0"', String(other.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  // Its number may be another process's soon.
  other.once('exit', () => shell.kill('SIGKILL'));
}
