import { useCallback, useState } from 'react';
import { asClientError, consentToTranscripts, transcriptConsent, type TranscriptConsent } from '@parley/client';
import { useServices } from '../app/services';
import { useLoaded } from '../ui/use-loaded';

export interface Consent {
  /** Not known before it is loaded, and where it could not be. */
  known?: TranscriptConsent;
  failure?: string;
  say(transcripts: boolean): void;
}

/** What the person said about transcripts of calls, and how to say it. */
export function useConsent(): Consent {
  const { session, baseUrl } = useServices();
  const [failure, setFailure] = useState<string>();
  const load = useCallback(
    (signal: AbortSignal) => transcriptConsent({ tokenSource: session, baseUrl }, signal),
    [session, baseUrl],
  );
  const [loaded, reload] = useLoaded(load);
  const say = (transcripts: boolean): void => {
    setFailure(undefined);
    consentToTranscripts({ tokenSource: session, baseUrl }, transcripts).then(reload, (error: unknown) =>
      setFailure(asClientError(error).message),
    );
  };
  return { ...(loaded.state === 'loaded' ? { known: loaded.value } : {}), failure, say };
}
