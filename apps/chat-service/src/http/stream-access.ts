import { Authenticator, readSessionCookie, sessionCookie, type Principal, type SessionCookie } from '@parley/auth';
import type { Request, Response } from 'express';
import { STREAM_PASS_MS, type StreamPasses } from './stream-passes';

/** Of exactly one stream, so that no other route ever sees it. */
const cookieOf = (conversationId: string): SessionCookie => ({
  name: 'parley_stream',
  path: `/api/chat/${encodeURIComponent(conversationId)}/stream`,
  sameSite: 'strict',
});

/**
 * Who reads a stream. A browser's `EventSource` can send no header, so besides what opens every route there is a ticket in
 * the URL, and for its own reconnections to the same URL a cookie that the ticket's first use sets.
 */
export class StreamAccess {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly passes: StreamPasses,
  ) {}

  /**
   * In this order: a header, the stream's cookie, the ticket, a guest's cookie. A spent ticket beside a header or a cookie
   * is ignored; a fresh one may come twice, because CloudFront repeats GETs.
   *
   * @throws ParleyError as `Authenticator.authenticateRequest`
   */
  async admit(request: Request, response: Response, conversationId: string): Promise<Principal> {
    const named = await this.authenticator.identifyRequest(request);
    if (named !== undefined) return named;
    const cookie = cookieOf(conversationId);
    const pass = readSessionCookie(cookie, request.headers);
    const holder = pass === undefined ? undefined : await this.passes.holder(pass, conversationId);
    if (holder !== undefined) {
      this.authenticator.assertSignedIn(holder);
      return holder;
    }
    const { ticket } = request.query;
    if (typeof ticket === 'string' && ticket !== '') {
      const buyer = await this.authenticator.lookAtTicket(request, ticket, { audience: 'stream', conversationId });
      const issued = await this.passes.issue(buyer, conversationId);
      response.appendHeader('set-cookie', sessionCookie(cookie, request.headers, issued, STREAM_PASS_MS));
      return buyer;
    }
    return (await this.authenticator.authenticateRequest(request, { guests: true })).principal;
  }
}
