import { useCallback, useState } from 'react';
import type { AdminClient } from '@parley/client';
import { useLoaded } from '../ui/use-loaded';
import { Section } from './section';
import { Table } from './table';
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
          <Table
            labelledBy="admin-calls"
            rows={items}
            keyOf={({ callId }) => callId}
            columns={[
              {
                head: 'Who',
                of: ({ name, principalId }) => name ?? shortOf(principalId),
                title: ({ principalId }) => principalId,
              },
              { head: 'Assistant', of: ({ assistant }) => names.get(assistant) ?? assistant },
              { head: 'For', of: ({ startedAt }) => lastingOf(startedAt, now), isFigure: true },
              {
                head: 'Replica',
                of: ({ replica }) => <code>{shortOf(replica)}</code>,
                title: ({ replica }) => replica,
              },
              { head: 'Streams', of: ({ streams }) => streams, isFigure: true },
            ]}
          />
        )
      }
    </Section>
  );
}
