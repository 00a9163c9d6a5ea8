import { startHttpServer, type Answer } from '../../test/http-server';
import { consentToTranscripts, eraseEverything, transcriptConsent } from './own-data';
import type { TokenProvider } from './token-provider';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(answer: Answer, tokenSource: TokenProvider = { token: async () => 'token' }) {
  const server = await startHttpServer(() => answer);
  closers.push(server.close);
  const asked = () => server.seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim());
  return { options: { baseUrl: server.url, tokenSource }, asked, seen: server.seen };
}

it('tells what was said about transcripts, and says it', async () => {
  const told = await serve({ json: { id: 'a', consent: { asked: true } } });
  expect(await transcriptConsent(told.options)).toEqual({ asked: true });
  const said = await serve({ status: 204 });
  await consentToTranscripts(said.options, false);
  expect(said.asked()).toEqual(['PUT /api/session/consent {"transcripts":false}']);
});

it('has everything of a guest erased, by the session of another origin', async () => {
  const guest: TokenProvider = { credential: 'guest', token: async () => 'session' };
  const { options, asked, seen } = await serve({ status: 202 }, guest);
  await eraseEverything(options);
  expect(asked()).toEqual(['DELETE /api/session/me']);
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Guest session', 'content-type': 'application/json' });
});

it('says that nothing was erased when the service could not', async () => {
  const down = { code: 'store_unavailable', kind: 'unavailable', message: 'Try again in a moment' };
  const { options } = await serve({ status: 503, json: down });
  await expect(eraseEverything(options)).rejects.toMatchObject(down);
  const { options: gone } = await serve('hang up');
  await expect(eraseEverything(gone)).rejects.toMatchObject({ code: 'network' });
});
