import { useCallback, useState } from 'react';
import type { AdminClient } from '@parley/client';
import { useLoaded } from '../ui/use-loaded';
import { Section } from './section';
import { useEvery } from './use-every';
import { lastingOf, shortOf } from './words';

/** As often as the processes say which calls go on. */
const EVERY_MS = 5_000;

/** Who speaks now, and with whom; read anew while the page is looked at. */
export function LiveCallTable({ admin, names }: { admin: AdminClient; names: ReadonlyMap<string, string> }) {
  const [calls, reload] = useLoaded(useCallback((signal: AbortSignal) => admin.calls({ signal }), [admin]));
  const [now, setNow] = useState(Date.now);
  // Where it failed, the one who looks tries again: nobody wants to hear that every few seconds.
  const isShown = calls.state === 'loaded';
  const readAnew = useCallback(() => {
    setNow(Date.now());
    reload();
  }, [reload]);
  useEvery(EVERY_MS, isShown, readAnew);
  return (
    <Section id="admin-calls" title="Live calls" loaded={calls} reload={reload}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="page-empty">Nobody is in a call now.</p>
        ) : (
          <div className="admin-table" role="group" aria-labelledby="admin-calls" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Who</th>
                  <th scope="col">Assistant</th>
                  <th scope="col" className="admin-figure">
                    For
                  </th>
                  <th scope="col">Replica</th>
                  <th scope="col" className="admin-figure">
                    Streams
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ callId, principalId, name, assistant, startedAt, replica, streams }) => (
                  <tr key={callId}>
                    <th scope="row" title={principalId}>
                      {name ?? shortOf(principalId)}
                    </th>
                    <td>{names.get(assistant) ?? assistant}</td>
                    <td className="admin-figure">{lastingOf(startedAt, now)}</td>
                    <td title={replica}>
                      <code>{shortOf(replica)}</code>
                    </td>
                    <td className="admin-figure">{streams}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )
      }
    </Section>
  );
}
