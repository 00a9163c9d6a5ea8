import type {
  AdminUsageAnswer,
  AssistantStateList,
  AuditAnswer,
  BanList,
  CeilingList,
  ConnectionCounts,
  LiveCallList,
  ReportList,
} from '@parley/protocol';
import { authorizedFetch, jsonRequest, type HttpOptions } from '../core/authorized-fetch';
import { httpUrl } from '../core/urls';

interface Cancel {
  signal?: AbortSignal;
}
type Page = { limit?: number; cursor?: string } & Cancel;

/** What the product's admins see and do, over HTTP. For the group `admins` only; every method rejects with ClientError. */
export class AdminClient {
  private readonly request: ReturnType<typeof jsonRequest>;
  private readonly baseUrl: string;

  constructor(options: HttpOptions) {
    this.baseUrl = options.baseUrl ?? '';
    this.request = jsonRequest(authorizedFetch(options));
  }

  /** The calls that go on now, the oldest first. */
  calls({ signal }: Cancel = {}): Promise<LiveCallList> {
    return this.request('GET', this.url('calls'), undefined, signal);
  }

  /** How many are connected now, as each process told within the last minute. */
  connections({ signal }: Cancel = {}): Promise<ConnectionCounts> {
    return this.request('GET', this.url('connections'), undefined, signal);
  }

  /** What everybody used, by day of UTC (`2026-01-31`), both included; the last thirty when nothing is said. */
  usage({ signal, ...days }: { from?: string; to?: string } & Cancel = {}): Promise<AdminUsageAnswer> {
    return this.request('GET', this.url('usage', days), undefined, signal);
  }

  /** What was used today, and what may be. */
  ceilings({ signal }: Cancel = {}): Promise<CeilingList> {
    return this.request('GET', this.url('ceilings'), undefined, signal);
  }

  assistants({ signal }: Cancel = {}): Promise<AssistantStateList> {
    return this.request('GET', this.url('assistants'), undefined, signal);
  }

  /** Everywhere within five seconds. */
  switchAssistant(id: string, enabled: boolean): Promise<void> {
    return this.request('PUT', this.url(`assistants/${encodeURIComponent(id)}`), { enabled });
  }

  /** Newest first; `next` of the answer is the `cursor` of what follows. */
  reports({ signal, ...page }: Page = {}): Promise<ReportList> {
    return this.request('GET', this.url('reports', page), undefined, signal);
  }

  /** Deletes a message, whoever wrote it. */
  removeContent(what: { conversationId: string; messageId: string; reason: string }): Promise<void> {
    return this.request('POST', this.url('removals'), what);
  }

  bans({ signal }: Cancel = {}): Promise<BanList> {
    return this.request('GET', this.url('bans'), undefined, signal);
  }

  /** Everywhere within five seconds, open connections too. */
  ban(principalId: string, reason: string): Promise<void> {
    return this.request('PUT', this.url(`bans/${encodeURIComponent(principalId)}`), { reason });
  }

  liftBan(principalId: string): Promise<void> {
    return this.request('DELETE', this.url(`bans/${encodeURIComponent(principalId)}`));
  }

  /** Every act of moderation, newest first. */
  audit({ signal, ...page }: Page = {}): Promise<AuditAnswer> {
    return this.request('GET', this.url('audit', page), undefined, signal);
  }

  private url(path: string, query: Record<string, string | number | undefined> = {}): string {
    return httpUrl(this.baseUrl, `/api/admin/${path}`, query);
  }
}
