import type { SimClock } from './clock';
import type { FaultSwitch } from './faults/fault-switch';
import type { RequestLog } from './request-log';
import type { Exchange } from './wire/exchange';
import type { RequestFaults } from './faults/fault';
import type { RequestRecord } from './request-log';
import type { SimCredentials } from './wire/signature';

/** A line about a request, for a person who watches the simulator. Never holds a credential or what was said. */
export type LogLine = (message: string, facts: Record<string, unknown>) => void;

/** What all operations share. */
export interface SimContext {
  clock: SimClock;
  faults: FaultSwitch;
  requests: RequestLog;
  credentials: SimCredentials | false;
  newId: () => string;
  onLog: LogLine;
}

/** One request on its way through an operation. */
export interface Handled {
  exchange: Exchange;
  record: RequestRecord;
  faults: RequestFaults;
  context: SimContext;
}

/** Ends a record once, and tells who watches. */
export function closeRecord(
  { record, context }: Pick<Handled, 'record' | 'context'>,
  outcome: Exclude<RequestRecord['outcome'], 'open'>,
  reason?: string,
): void {
  if (record.outcome !== 'open') return;
  context.requests.close(record, outcome, context.clock.now(), reason);
  const durationMs = Math.round(context.clock.now() - record.receivedAt);
  context.onLog(`${record.operation} ${outcome}`, {
    requestId: record.id,
    target: record.target,
    durationMs,
    ...(reason === undefined ? {} : { reason }),
  });
}
