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
  // Shown at once; what the service did not take is taken back.
  const [said, setSaid] = useState<boolean>();
  const load = useCallback(
    (signal: AbortSignal) => transcriptConsent({ tokenSource: session, baseUrl }, signal),
    [session, baseUrl],
  );
  const [loaded] = useLoaded(load);
  const say = (transcripts: boolean): void => {
    setFailure(undefined);
    setSaid(transcripts);
    consentToTranscripts({ tokenSource: session, baseUrl }, transcripts).catch((error: unknown) => {
      setSaid(said);
      setFailure(asClientError(error).message);
    });
  };
  if (loaded.state !== 'loaded') return { failure, say };
  const { asked, transcripts } = loaded.value;
  const word = said ?? transcripts;
  return { known: { asked, ...(word === undefined ? {} : { transcripts: word }) }, failure, say };
}
