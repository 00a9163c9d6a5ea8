import { useCallback, useState } from 'react';
import type { AdminClient } from '@parley/client';
import type { AdminUsageAnswer } from '@parley/protocol';
import { useLoaded } from '../ui/use-loaded';
import { Section } from './section';
import { summed, type Sum } from './sums';
import { Table } from './table';
import { costOf, countOf, shortDayOf } from './words';

const DAY_MS = 86_400_000;
const PERIODS = [7, 30, 90];
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

interface UsageProps {
  admin: AdminClient;
  names: ReadonlyMap<string, string>;
}

/** What everybody used in some days, and what it is estimated to cost. */
export function Usage({ admin, names }: UsageProps) {
  const [days, setDays] = useState(7);
  const load = useCallback(
    (signal: AbortSignal) => admin.usage({ from: dayOf(Date.now() - (days - 1) * DAY_MS), signal }),
    [admin, days],
  );
  const [usage, reload] = useLoaded(load);
  const period = (
    <select
      aria-label="Days"
      className="admin-days"
      value={days}
      onChange={({ target }) => setDays(Number(target.value))}
    >
      {PERIODS.map((n) => (
        <option key={n} value={n}>
          {n} days
        </option>
      ))}
    </select>
  );
  return (
    <Section id="admin-usage" title="Use and cost" loaded={usage} reload={reload} aside={period}>
      {(value) =>
        value.items.length === 0 ? (
          <p className="page-empty">Nothing was used in these days.</p>
        ) : (
          <Used usage={value} names={names} />
        )
      }
    </Section>
  );
}

function Used({ usage: { items, total }, names }: { usage: AdminUsageAnswer; names: ReadonlyMap<string, string> }) {
  const tokens = total.inputTokens + total.outputTokens;
  const hasUnpriced = items.some(({ costUsd }) => costUsd === undefined);
  return (
    <>
      <dl className="admin-totals">
        <div>
          <dt>Estimated cost</dt>
          <dd>{costOf(total.costUsd)}</dd>
        </div>
        <div>
          <dt>Answers and calls</dt>
          <dd>{countOf(total.answers)}</dd>
        </div>
        <div>
          <dt>Tokens</dt>
          <dd>{countOf(tokens)}</dd>
        </div>
      </dl>
      {hasUnpriced && <p className="field-hint">Some of it is of a model without a price, and is not in the cost.</p>}
      <SumTable caption="By day" first="Day" sums={summed(items, ({ day }) => day).reverse()} nameOf={shortDayOf} />
      <SumTable
        caption="By assistant"
        first="Assistant"
        sums={summed(items, ({ assistant }) => names.get(assistant) ?? assistant)}
      />
    </>
  );
}

interface SumTableProps {
  caption: string;
  first: string;
  sums: readonly Sum[];
  nameOf?: (of: string) => string;
}

function SumTable({ caption, first, sums, nameOf = (of) => of }: SumTableProps) {
  return (
    <Table
      caption={caption}
      rows={sums}
      keyOf={({ of }) => of}
      columns={[
        { head: first, of: ({ of }) => nameOf(of), title: ({ of }) => of },
        { head: 'Answers', of: ({ answers }) => countOf(answers), isFigure: true },
        { head: 'Tokens', of: ({ tokens }) => countOf(tokens), isFigure: true },
        { head: 'Cost', of: ({ costUsd }) => costOf(costUsd), isFigure: true },
      ]}
    />
  );
}
