import { z } from 'zod';
import type { SimClock } from '../clock';
import { faultSchema, RequestFaults, type Fault, type FaultInput, type Operation } from './fault';

interface Lasting {
  fault: Fault;
  until: number;
}

/** What `POST /_sim/faults` takes. */
const controlSchema = z.object({
  clear: z.boolean().optional(),
  next: z.union([faultSchema, z.array(faultSchema)]).optional(),
  during: z.object({ ms: z.number().positive(), fault: faultSchema }).optional(),
});

/** Switches faults on: for the next request, for a while, or (in a header) for the request that carries it. */
export class FaultSwitch {
  private queue: Fault[] = [];
  private lasting: Lasting[] = [];
  private cleared = new AbortController();

  constructor(private readonly clock: SimClock) {}

  /** Hits the next request (of the fault's operation) once. Several wait for several requests, in order. */
  next(fault: FaultInput): void {
    this.queue.push(faultSchema.parse(fault));
  }

  /**
   * Hits every request for so many milliseconds, or until a promise settles.
   * @returns a function that ends it at once
   */
  during(until: number | Promise<unknown>, fault: FaultInput): () => void {
    const entry: Lasting = {
      fault: faultSchema.parse(fault),
      until: typeof until === 'number' ? this.clock.now() + until : Infinity,
    };
    const stop = () => void (this.lasting = this.lasting.filter((other) => other !== entry));
    if (typeof until !== 'number') void until.then(stop, stop);
    this.lasting.push(entry);
    return stop;
  }

  /** All off; an answer that is slow goes on as if it had never been. */
  clear(): void {
    this.queue = [];
    this.lasting = [];
    this.cleared.abort();
    this.cleared = new AbortController();
  }

  /** What is switched on now. */
  active(): { next: readonly Fault[]; during: readonly { fault: Fault; forMs?: number }[] } {
    const now = this.clock.now();
    this.lasting = this.lasting.filter(({ until }) => until > now);
    const during = this.lasting.map(({ fault, until }) =>
      Number.isFinite(until) ? { fault, forMs: Math.round(until - now) } : { fault },
    );
    return { next: this.queue, during };
  }

  /** Takes the commands of the control route. @throws ZodError */
  control(body: unknown): void {
    const { clear, next, during } = controlSchema.parse(body);
    if (clear) this.clear();
    for (const fault of next === undefined ? [] : [next].flat()) this.next(fault);
    if (during) this.during(during.ms, during.fault);
  }

  /** The faults of a request that arrives now; `header` is its `x-sim-fault`. @throws ZodError for a bad header */
  take(operation: Operation, header?: string): RequestFaults {
    const hits = (fault: Fault) => fault.operation === undefined || fault.operation === operation;
    const queued = this.queue.find(hits);
    this.queue = this.queue.filter((fault) => fault !== queued);
    const lasting = this.active().during.map(({ fault }) => fault);
    return new RequestFaults(
      [...(header === undefined ? [] : parseHeader(header)), ...(queued ? [queued] : []), ...lasting.filter(hits)],
      this.cleared.signal,
    );
  }
}

/** `x-sim-fault: drop`, or a fault (or a list of them) as JSON. */
function parseHeader(header: string): Fault[] {
  const text = header.trim();
  if (!/^[[{]/.test(text)) return [faultSchema.parse({ kind: text })];
  const parsed = z
    .string()
    .transform((json, context): unknown => {
      try {
        return JSON.parse(json);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.union([faultSchema, z.array(faultSchema)]))
    .parse(text);
  return [parsed].flat();
}
