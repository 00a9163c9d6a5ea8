import type { BlockList, Conversation, ConversationList } from '@parley/protocol';
import { authorizedFetch, jsonRequest, type HttpOptions } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';

export interface NewRoom {
  title: string;
  /** Anybody who is signed in may join. Otherwise by invitation. */
  open?: boolean;
  /** Id of the one that answers in it. Default: none. */
  assistant?: string;
  /** Guests may join as well. */
  guests?: boolean;
}

/** Rooms and who is in them, over HTTP. Every method rejects with ClientError. */
export class RoomDirectory {
  private readonly request: ReturnType<typeof jsonRequest>;
  private readonly baseUrl: string;

  constructor(options: HttpOptions) {
    this.baseUrl = options.baseUrl ?? '';
    this.request = jsonRequest(authorizedFetch(options));
  }

  /** Newest first; `next` of the answer is the `cursor` of what follows. */
  list(query: { limit?: number; cursor?: string; signal?: AbortSignal } = {}): Promise<ConversationList> {
    const { signal, ...rest } = query;
    return this.request('GET', httpUrl(this.baseUrl, '/api/rooms', rest), undefined, signal);
  }

  create(room: NewRoom): Promise<Conversation> {
    return this.request('POST', httpUrl(this.baseUrl, '/api/rooms'), room);
  }

  /** An invitation to hand on, by owners only: the first person who brings it may join, until it expires. */
  invite(id: string): Promise<{ invitation: string; expiresAt: string }> {
    return this.request('POST', this.url(id, 'invitations'), {});
  }

  join(id: string, invitation?: string): Promise<Conversation> {
    return this.request('POST', this.url(id, 'join'), { invitation });
  }

  leave(id: string): Promise<void> {
    return this.request('POST', this.url(id, 'leave'), {});
  }

  removeMember(id: string, principalId: string): Promise<void> {
    return this.request('DELETE', `${this.url(id, 'members')}/${encodeURIComponent(principalId)}`);
  }

  /** Lets a member read only, or write again. */
  mute(id: string, principalId: string, muted: boolean): Promise<void> {
    return this.request('PUT', `${this.url(id, 'members')}/${encodeURIComponent(principalId)}/mute`, { muted });
  }

  /** Tells the product's admins of a person or of a message, and why. */
  report(id: string, what: ({ messageId: string } | { principalId: string }) & { reason: string }): Promise<void> {
    return this.request('POST', this.url(id, 'reports'), what);
  }

  /** Whom this person does not want to hear, in any room. */
  async blocked({ signal }: { signal?: AbortSignal } = {}): Promise<BlockList['items']> {
    return (await this.request<BlockList>('GET', this.blockUrl(), undefined, signal)).items;
  }

  /** What somebody says comes as an empty, `hidden` place of the log from now on: see `RoomClient.readAgain`. */
  block(principalId: string): Promise<void> {
    return this.request('PUT', this.blockUrl(principalId));
  }

  unblock(principalId: string): Promise<void> {
    return this.request('DELETE', this.blockUrl(principalId));
  }

  /** No more can be said in it. */
  archive(id: string): Promise<void> {
    return this.request('POST', this.url(id, 'archive'), {});
  }

  private blockUrl(principalId?: string): string {
    const whom = principalId === undefined ? '' : `/${encodeURIComponent(principalId)}`;
    return httpUrl(this.baseUrl, `/api/session/blocks${whom}`);
  }

  private url(id: string, what: string): string {
    return httpUrl(this.baseUrl, `/api/rooms/${encodeURIComponent(id)}/${what}`);
  }
}
