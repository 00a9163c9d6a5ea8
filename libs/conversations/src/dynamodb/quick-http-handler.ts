import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Pool, type Dispatcher } from 'undici';

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];
type Options = Parameters<Handle>[1];
type Answer = Awaited<ReturnType<Handle>>;

/** Milliseconds. */
interface Limits {
  connectionTimeout: number;
  requestTimeout: number;
}

/** As many as the SDK's own handler opens to one place. */
const CONNECTIONS = 50;
/**
 * An idle connection waits this long for the next question, which would pay for another handshake: undici's own 4 s are less
 * than people take to read. One that DynamoDB closes earlier is noticed, or the SDK asks anew.
 */
const IDLE_MS = 30_000;

/**
 * The SDK's own handler, and beside it a quick way for what is asked without options: a text is sent, and the answer is read
 * whole. It goes over undici, which takes half the processor time that `node:http` does, within the same limits of time.
 */
export class QuickHttpHandler extends NodeHttpHandler {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly limits: Limits) {
    // Without `throwOnRequestTimeout` this handler only writes a warning when `requestTimeout` has passed.
    super({ ...limits, throwOnRequestTimeout: true });
  }

  /** @throws Error of any kind when there was no whole answer in time */
  override async handle(request: Request, options?: Options): Promise<Answer> {
    if (options !== undefined || typeof request.body !== 'string') return super.handle(request, options);
    const { path, headers, body } = request;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const chunks: Buffer[] = [];
    let statusCode = 0;
    const whole = () => ({ statusCode, headers: {}, body: Buffer.concat(chunks) });
    const handler: Dispatcher.DispatchHandler = {
      // undici knows by this that the handler is of today's kind.
      onRequestStart: () => undefined,
      onResponseStart: (_, status) => void (statusCode = status),
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve({ response: whole() as Answer['response'] }),
      onResponseError: (_, error) => reject(error),
    };
    this.poolOf(request).dispatch({ path, method: request.method as Dispatcher.HttpMethod, headers, body }, handler);
    return promise;
  }

  override destroy(): void {
    super.destroy();
    for (const pool of this.pools.values()) void pool.destroy();
  }

  private poolOf({ protocol, hostname, port }: Request): Pool {
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    let pool = this.pools.get(origin);
    if (pool === undefined) {
      const { connectionTimeout: connectTimeout, requestTimeout } = this.limits;
      const limits = { connectTimeout, headersTimeout: requestTimeout, bodyTimeout: requestTimeout };
      pool = new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: IDLE_MS, ...limits });
      this.pools.set(origin, pool);
    }
    return pool;
  }
}
