import type { Self } from '@parley/protocol';
import { authorizedFetch, jsonRequest, type HttpOptions } from '../core/authorized-fetch';
import { asClientError } from '../core/client-error';
import { httpUrl } from '../core/urls';

/** Whether a deployment asks before it writes down what is said in calls, and what this person said to it. */
export type TranscriptConsent = Self['consent'];

/**
 * What this user or guest said about transcripts of calls. Without `transcripts` nothing was said: show the line, with a choice,
 * before the first call. Rejects with ClientError.
 */
export async function transcriptConsent(options: HttpOptions, signal?: AbortSignal): Promise<TranscriptConsent> {
  const request = jsonRequest(authorizedFetch(options));
  const { consent } = await request<Self>('GET', httpUrl(options.baseUrl ?? '', '/api/session/me'), undefined, signal);
  return consent;
}

/** Says whether what is said in calls may be written down; it counts from the next call on. Rejects with ClientError. */
export async function consentToTranscripts(options: HttpOptions, transcripts: boolean): Promise<void> {
  const request = jsonRequest(authorizedFetch(options));
  await request('PUT', httpUrl(options.baseUrl ?? '', '/api/session/consent'), { transcripts });
}

/**
 * Has everything erased that this user or guest left, for good. It is begun when this resolves, and the session is over, on
 * every device: follow it with a sign-out. Rejects with ClientError when it was not begun.
 */
export async function eraseEverything(options: HttpOptions): Promise<void> {
  try {
    const signal = AbortSignal.timeout(20_000);
    const headers = { 'content-type': 'application/json' };
    await authorizedFetch(options)(httpUrl(options.baseUrl ?? '', '/api/session/me'), {
      method: 'DELETE',
      headers,
      signal,
    });
  } catch (error) {
    throw asClientError(error);
  }
}
