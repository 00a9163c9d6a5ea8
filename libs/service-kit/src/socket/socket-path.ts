import type { IncomingMessage } from 'node:http';
import type { SocketPolicy } from '@parley/auth';
import type { WebSocketServer } from 'ws';
import type { Connection } from './connection';
import type { FrameLimits } from './frame-allowance';
import type { FrameCodec } from './frame-codec';
import type { FrameRates } from './frame-rates';

/** What a gateway says of its path beside Nest's own options. */
export interface GatewayOptions {
  path?: string;
  /** How its frames look; `{event,data}` when left out. */
  frames?: FrameCodec;
  /** How many frames a user's connection may send; 20 a second, 60 at once, when left out. A guest's may send half. */
  limits?: FrameLimits;
  /**
   * The gateway says nothing before it is spoken to, so Nest hears of a connection with its first text frame: bound to a
   * dozen handlers each, sockets that only stand open would hold a third more.
   */
  waits?: boolean;
}

/** One path of the service: its WebSocket server, its policy and its frames. */
export interface SocketPath {
  name: string;
  server: WebSocketServer;
  policy: SocketPolicy;
  codec: FrameCodec;
  rates: FrameRates;
  waits: boolean;
  /** Tells Nest of a connection. */
  connect?: (connection: Connection, request?: IncomingMessage) => void;
}
