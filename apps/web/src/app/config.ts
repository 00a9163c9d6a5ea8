import { ClientError, asClientError } from '@parley/client';
import type { WebConfig } from '@parley/protocol';

/** `/config.json`: which environment this page is in. Throws ClientError. */
export async function loadConfig(signal: AbortSignal): Promise<WebConfig> {
  try {
    const response = await fetch('/config.json', { cache: 'no-cache', signal });
    const config = response.ok ? ((await response.json()) as Partial<WebConfig>) : {};
    if (typeof config.domain === 'string' && typeof config.spaClientId === 'string') return config as WebConfig;
  } catch (error) {
    // What is not JSON is no configuration either; what is left is that nobody answered.
    if ((error as Error).name !== 'SyntaxError') throw asClientError(error);
  }
  throw new ClientError({ code: 'not_configured', kind: 'fault', message: 'This page is not configured.' });
}
