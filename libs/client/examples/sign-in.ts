/** Signing in, on a page: `restore` when it loads, `signIn` on a click, `completeSignIn` where the sign-in page returns to. */
import { TokenSource, type SessionState } from '@parley/client';

export async function whoIsThere(baseUrl: string, domain: string, clientId: string): Promise<SessionState> {
  const session = new TokenSource({ baseUrl, domain, clientId });
  await session.restore();
  const state = session.state.get();
  session.close();
  return state;
}
