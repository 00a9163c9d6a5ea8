import type { EdgeRoute } from '@parley/descriptor';
import type { WebConfig } from '@parley/protocol';

export interface EdgeOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default: both loopback addresses. */
  host?: string;
  /** In the order in which they are tried: `planRoutes` of `@parley/descriptor`. */
  routes: readonly EdgeRoute[];
  /** Where each service listens, such as `http://127.0.0.1:8080`. */
  targets: Readonly<Record<string, string>>;
  /** The build of the page. */
  siteFolder: string;
  /** Answered at `/config.json`. */
  config: WebConfig;
  /** Sent to services as `X-Origin-Verify`, in place of what a viewer sent. */
  originSecret?: string;
  /** Refuse a POST or PUT whose `x-amz-content-sha256` is not that of its body, as a signed Lambda origin does. */
  requireBodyHash?: boolean;
  /** How long a service may stay silent before the first byte and between two; default 60 s. */
  originReadTimeoutMs?: number;
  /** How long nothing may come from the service on a WebSocket; default CloudFront's 10 minutes. */
  socketIdleTimeoutMs?: number;
  /** Told of every request when it has ended, and of every WebSocket when it is closed. */
  log?: (entry: EdgeLogEntry) => void;
}

export interface EdgeLogEntry {
  requestId: string;
  method: string;
  /** Without the query: tokens and tickets may stand there. */
  path: string;
  /** 0 when the viewer left before an answer. */
  status: number;
  /** Undefined for the site. */
  service?: string | undefined;
  durationMs: number;
  /** Why the service did not answer: an error code such as `ECONNREFUSED`, or `timeout`. */
  failure?: string | undefined;
}

export interface Edge {
  /** `http://localhost:<port>` */
  origin: string;
  port: number;
  /** Ends everything that is open, at once. */
  close(): Promise<void>;
}

/** A service as the edge reaches it. */
export interface Target {
  service: string;
  host: string;
  port: number;
}
