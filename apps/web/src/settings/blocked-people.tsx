import { useCallback, useMemo, useState } from 'react';
import { asClientError, RoomDirectory } from '@parley/client';
import { useServices } from '../app/services';
import { Loading, Notice } from '../ui/notice';
import { useLoaded } from '../ui/use-loaded';

/** Whom one does not want to hear, also when one meets them in no room any more. Kept with the account. */
export function BlockedPeople() {
  const { session, baseUrl } = useServices();
  const directory = useMemo(() => new RoomDirectory({ tokenSource: session, baseUrl }), [session, baseUrl]);
  const [blocked, reload] = useLoaded(useCallback((signal: AbortSignal) => directory.blocked({ signal }), [directory]));
  const [failure, setFailure] = useState<string>();
  const unblock = (principalId: string): void => {
    setFailure(undefined);
    directory.unblock(principalId).then(reload, (error: unknown) => setFailure(asClientError(error).message));
  };
  return (
    <section className="card" aria-labelledby="settings-blocked" tabIndex={-1}>
      <h2 id="settings-blocked">People you blocked</h2>
      {blocked.state === 'loading' && <Loading label="Loading the people you blocked" />}
      {blocked.state === 'failed' && (
        <Notice action={{ label: 'Try again', run: reload }}>{blocked.error.message}</Notice>
      )}
      {failure !== undefined && <Notice>{failure}</Notice>}
      {blocked.state === 'loaded' && blocked.value.length === 0 && (
        <p className="field-hint">Nobody. You can block somebody in the settings of a room.</p>
      )}
      {blocked.state === 'loaded' && blocked.value.length > 0 && (
        <ul className="room-members" aria-label="People you blocked">
          {blocked.value.map(({ principalId, name = 'Somebody' }) => (
            <li key={principalId} className="room-member">
              <span>{name}</span>
              <button
                type="button"
                className="button button-plain"
                aria-label={`Unblock ${name}`}
                onClick={() => unblock(principalId)}
              >
                Unblock
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
