import type { AssistantSummary, Conversation, ConversationList, EntryPage } from '@parley/protocol';
import { authorizedFetch, jsonRequest, type Fetch, type HttpOptions } from '../core/authorized-fetch';
import { asClientError } from '../core/client-error';
import { httpUrl } from '../core/urls';

export interface Cancel {
  signal?: AbortSignal;
}

export type ExportFormat = 'json' | 'markdown';

/** Conversations over HTTP. Every method rejects with ClientError. */
export class ChatClient {
  private readonly request: ReturnType<typeof jsonRequest>;
  private readonly baseUrl: string;
  private readonly fetch: Fetch;

  constructor(options: HttpOptions) {
    this.baseUrl = options.baseUrl ?? '';
    this.fetch = authorizedFetch(options);
    this.request = jsonRequest(this.fetch);
  }

  /** Newest first; `next` of the answer is the `cursor` of what follows. `q`: only those whose title has each of its words. */
  list({ signal, ...query }: { limit?: number; cursor?: string; q?: string } & Cancel = {}): Promise<ConversationList> {
    return this.request('GET', this.url('', query), undefined, signal);
  }

  get(id: string, { signal }: Cancel = {}): Promise<Conversation> {
    return this.request('GET', this.url(`/${encodeURIComponent(id)}`), undefined, signal);
  }

  create(conversation: { title?: string; assistant?: string } = {}): Promise<Conversation> {
    return this.request('POST', this.url(''), conversation);
  }

  rename(id: string, title: string): Promise<Conversation> {
    return this.request('PATCH', this.url(`/${encodeURIComponent(id)}`), { title });
  }

  remove(id: string): Promise<void> {
    return this.request('DELETE', this.url(`/${encodeURIComponent(id)}`));
  }

  /**
   * A page of the log, ascending by `seq`: the last ones, or the last before `before`, or the first after `after`. Both
   * bounds are exclusive. `limit` 1 to 200, default 50. `blocked: 'show'`: also what people said whom this person blocks.
   */
  messages(
    id: string,
    { signal, ...query }: { before?: number; after?: number; limit?: number; blocked?: 'show' } & Cancel = {},
  ): Promise<EntryPage> {
    return this.request('GET', this.url(`/${encodeURIComponent(id)}/messages`, query), undefined, signal);
  }

  /** The whole conversation as a file, for its person to keep. */
  async export(id: string, format: ExportFormat): Promise<Blob> {
    try {
      const url = this.url(`/${encodeURIComponent(id)}/export`, { format });
      return await (await this.fetch(url, { method: 'GET' })).blob();
    } catch (error) {
      throw asClientError(error);
    }
  }

  /** Stops the answer that is being written. Closing the connection alone does not. */
  async stop(id: string): Promise<boolean> {
    const url = httpUrl(this.baseUrl, `/api/chat/${encodeURIComponent(id)}/stop`);
    return (await this.request<{ stopped: boolean }>('POST', url, {})).stopped;
  }

  async assistants({ signal }: Cancel = {}): Promise<AssistantSummary[]> {
    const url = httpUrl(this.baseUrl, '/api/assistants');
    return (await this.request<{ items: AssistantSummary[] }>('GET', url, undefined, signal)).items;
  }

  private url(path: string, query: Record<string, string | number | undefined> = {}): string {
    return httpUrl(this.baseUrl, `/api/conversations${path}`, query);
  }
}
