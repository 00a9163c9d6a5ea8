import type { z } from 'zod';

/** A binary frame: what is in it, for machines and for people. */
export interface BinaryFrame {
  contentType: string;
  description: string;
}

/** What one socket speaks: every event of both ends by its name. Its AsyncAPI document is made from this. */
export interface Wire {
  /** Names it in documents. */
  name: string;
  path: string;
  description: string;
  /** How a frame names its event: `{"event":"<name>","data":{…}}`, or `{"event":{"<name>":{…}}}`. */
  frames: 'named' | 'nested';
  client: Readonly<Record<string, z.ZodType>>;
  server: Readonly<Record<string, z.ZodType>>;
  /** The server's event that answers one of the client's, with its `ref`. In place of each may come an `error`. */
  answers: Readonly<Record<string, string>>;
  /** Binary frames of each end; none where they are left out. */
  binary?: Readonly<Record<'client' | 'server', BinaryFrame>>;
}
