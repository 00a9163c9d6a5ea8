declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** Without `path` everything is kept in memory. */
  export default function dynalite(options?: { createTableMs?: number; path?: string }): Server;
}
