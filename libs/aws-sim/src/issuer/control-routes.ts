import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { isLocalProgram, readBody, sendJson, type Handler } from './http';
import type { MintOptions } from './mint';
import { TOKEN_LIFETIME_S } from './provider';

const tokenBody = z.object({
  user: z.string(),
  use: z.enum(['access', 'id']).optional(),
  expiresInMs: z.number().int().optional(),
  clientId: z.string().optional(),
});
const rotateBody = z.object({ withdraw: z.boolean().optional() });
const outageBody = z.object({ ms: z.number().int().min(0).max(86_400_000) });

export interface Controls {
  mint: (login: string, options: MintOptions) => Promise<string>;
  isUser: (login: string) => boolean;
  rotateKeys: (options: { withdraw?: boolean | undefined }) => Promise<void>;
  startOutage: (ms: number) => void;
}

/**
 * `POST /_sim/…`: what a real pool does not have, for tests and for trying by hand. For programs of this machine only.
 *
 * - `token {user, use?, expiresInMs?, clientId?}` answers `{token, expiresInMs}`; a negative duration is an expired token
 * - `keys/rotate {withdraw?}`: new keys; the old ones stay published for an hour, or not at all
 * - `outage {ms}`: the published keys answer 503 for so long; 0 ends it
 */
export function controlRoutes(controls: Controls): Record<string, Handler> {
  const route =
    <T>(schema: z.ZodType<T>, act: (body: T, response: ServerResponse) => Promise<void> | void): Handler =>
    async (request, response) => {
      if (!isLocalProgram(request)) return sendJson(response, 403, { message: 'Only for programs of this machine' });
      const body = schema.safeParse(parseJson(await readBody(request)));
      if (!body.success) return sendJson(response, 400, { message: z.prettifyError(body.error) });
      await act(body.data, response);
    };

  return {
    'POST /_sim/token': route(tokenBody, async ({ user, ...options }, response) => {
      if (!controls.isUser(user)) return sendJson(response, 404, { message: 'There is no such demo user' });
      const token = await controls.mint(user, options);
      sendJson(response, 200, { token, expiresInMs: options.expiresInMs ?? TOKEN_LIFETIME_S * 1000 });
    }),
    'POST /_sim/keys/rotate': route(rotateBody, async (body, response) => {
      await controls.rotateKeys(body);
      response.writeHead(204).end();
    }),
    'POST /_sim/outage': route(outageBody, ({ ms }, response) => {
      controls.startOutage(ms);
      response.writeHead(204).end();
    }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}
