import { EventEmitter } from 'node:events';
import { leaveOnUncaught } from './uncaught-faults';

/** What becomes of a process in which this is not caught. */
function uncaught(event: string, error: unknown) {
  const process = new EventEmitter();
  const told: string[] = [];
  const log = (level: string) => () => void told.push(level);
  leaveOnUncaught(process, { error: log('error'), fatal: log('fatal') }, (why) => told.push(`leaves: ${why}`));
  process.emit(event, error);
  return told;
}
const withCode = (code: string) => Object.assign(new Error(code), { code });

describe.each(['uncaughtException', 'unhandledRejection'])('%s', (event) => {
  it.each(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END'])(
    'of a stream of the SDK (%s) is logged, and the process goes on',
    (code) => expect(uncaught(event, withCode(code))).toEqual(['error']),
  );

  it.each([withCode('ERR_STREAM_DESTROYED'), new Error('ours'), undefined])(
    'of anything else (%s) ends it in order',
    (error) => expect(uncaught(event, error)).toEqual(['fatal', `leaves: ${event}`]),
  );
});
