import { ClientError, GuestSource, type TokenProvider } from '@parley/client';

/**
 * The page's own: an access token of the visitor who is signed in there, nothing for one who is not. `refused`: the last
 * token was not accepted, so the same one again will not do.
 */
export type GetToken = (wish: { refused: boolean }) => Promise<string | null | undefined> | string | null | undefined;

/** `signed-in`: the guest is a user now and what was said is his. `left`: whoever comes now must not see what was said. */
export type VisitorChange = 'signed-in' | 'left';

/** Who is in front of the widget: a guest, or whoever the page says is signed in. */
export class Visitor {
  private readonly guest: TokenProvider & Pick<GuestSource, 'claim'>;
  private user?: { subject: string | undefined; source: TokenProvider };

  /** @param ofPage the page's own sign-in as it is now */
  constructor(
    baseUrl: string,
    private readonly ofPage: () => GetToken | undefined,
  ) {
    this.guest = new GuestSource({ baseUrl });
  }

  get isSignedIn(): boolean {
    return this.user !== undefined;
  }

  /**
   * Asks the page who it is now. Who has signed in since is given what the guest said. Throws ClientError when that
   * cannot be done now; the next call tries again.
   */
  async settle(): Promise<{ source: TokenProvider; change?: VisitorChange }> {
    const { user: before } = this;
    const token = await this.ofPage()?.({ refused: false });
    if (!token) {
      this.user = undefined;
      return before === undefined ? { source: this.guest } : { source: this.guest, change: 'left' };
    }
    const subject = subjectOf(token);
    if (before !== undefined && before.subject === subject) return { source: before.source };
    const source = this.sourceOf(subject);
    // Not what somebody else said who was signed in a moment ago: that is nobody's to claim.
    if (before === undefined) await this.guest.claim(source);
    this.user = { subject, source };
    return { source, change: before === undefined ? 'signed-in' : 'left' };
  }

  /** Whether who was signed in is not any more, as far as the page can say now; it changes nothing. */
  async hasLeft(): Promise<boolean> {
    const { user } = this;
    if (user === undefined) return false;
    try {
      const token = await this.ofPage()?.({ refused: false });
      return !token || subjectOf(token) !== user.subject;
    } catch {
      return false;
    }
  }

  /** The page's token as it is each time, by the page's function as it is then. Nobody else's: he is not to speak as this one. */
  private sourceOf(subject: string | undefined): TokenProvider {
    return {
      token: async ({ refused } = {}) => {
        const token = await this.ofPage()?.({ refused: refused !== undefined });
        if (token && token !== refused && subjectOf(token) === subject) return token;
        throw new ClientError({ code: 'signed_out', kind: 'denied', message: 'You are signed out. Sign in again.' });
      },
    };
  }
}

/** Whose token it is, unverified: only to notice that it became another's. */
function subjectOf(token: string): string | undefined {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return (JSON.parse(atob(payload)) as { sub?: string }).sub;
  } catch {
    return undefined;
  }
}
