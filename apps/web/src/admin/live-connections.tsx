import { useCallback } from 'react';
import type { AdminClient } from '@parley/client';
import type { ConnectionCounts } from '@parley/protocol';
import { useLoaded } from '../ui/use-loaded';
import { Section } from './section';
import { Table } from './table';
import { useEvery } from './use-every';
import { countOf, shortOf } from './words';

/** As often as the processes say what they have open. */
const EVERY_MS = 15_000;

type Replica = ConnectionCounts['items'][number];
type Kind = Replica['open'][number]['kind'];

const sumOf = (open: Replica['open'], kind: Kind): number =>
  open.reduce((sum, one) => sum + (one.kind === kind ? one.connections : 0), 0);

/** How many are connected now, and where; read anew while the page is looked at. */
export function LiveConnections({ admin }: { admin: AdminClient }) {
  const [counts, reload] = useLoaded(useCallback((signal: AbortSignal) => admin.connections({ signal }), [admin]));
  useEvery(EVERY_MS, counts.state === 'loaded', reload);
  return (
    <Section
      id="admin-connections"
      title="Connections"
      lead="Open sockets, as each replica told of its own within the last seconds."
      loaded={counts}
      reload={reload}
    >
      {({ items }) => <Counted items={items} />}
    </Section>
  );
}

function Counted({ items }: { items: readonly Replica[] }) {
  const all = items.flatMap(({ open }) => open);
  const rows = items.flatMap(({ replica, open }) =>
    [...new Set(open.map(({ path }) => path))].map((path) => ({
      ...{ replica, path },
      open: open.filter((one) => one.path === path),
    })),
  );
  rows.sort((one, other) => one.path.localeCompare(other.path) || one.replica.localeCompare(other.replica));
  return (
    <>
      <dl className="admin-totals">
        <div>
          <dt>Users</dt>
          <dd>{countOf(sumOf(all, 'user'))}</dd>
        </div>
        <div>
          <dt>Guests</dt>
          <dd>{countOf(sumOf(all, 'guest'))}</dd>
        </div>
        <div>
          <dt>Replicas</dt>
          <dd>{countOf(items.length)}</dd>
        </div>
      </dl>
      {rows.length === 0 ? (
        <p className="page-empty">Nobody is connected now.</p>
      ) : (
        <Table
          labelledBy="admin-connections"
          rows={rows}
          keyOf={({ path, replica }) => `${path} ${replica}`}
          columns={[
            { head: 'Path', of: ({ path }) => <code>{path}</code> },
            { head: 'Replica', of: ({ replica }) => <code>{shortOf(replica)}</code>, title: ({ replica }) => replica },
            { head: 'Users', of: ({ open }) => countOf(sumOf(open, 'user')), isFigure: true },
            { head: 'Guests', of: ({ open }) => countOf(sumOf(open, 'guest')), isFigure: true },
          ]}
        />
      )}
    </>
  );
}
