import type { CeilingList } from '@parley/protocol';
import { countOf } from './words';

type Ceiling = CeilingList['items'][number];

interface CeilingsProps {
  items: readonly Ceiling[];
  names: ReadonlyMap<string, string>;
}

/** How far each ceiling of the day is reached. One that has no limit is told by its figure alone. */
export function Ceilings({ items, names }: CeilingsProps) {
  return (
    <ul className="admin-ceilings">
      {items.map(({ over, assistant = '', tokens, calls }) => (
        <li key={`${over} ${assistant}`}>
          <h3>{over === 'assistant' ? (names.get(assistant) ?? assistant) : OVER_WORDS[over]}</h3>
          <Reached what="Tokens" {...tokens} />
          <Reached what="Answers and calls" {...calls} />
        </li>
      ))}
    </ul>
  );
}

const OVER_WORDS = { deployment: 'Everybody', guests: 'All guests' } as const;

function Reached({ what, used, limit }: { what: string; used: number; limit?: number }) {
  if (limit === undefined)
    return (
      <p className="admin-reached">
        <span>{what}</span>
        <span className="admin-figure">{countOf(used)} used, without a limit</span>
      </p>
    );
  const share = Math.min(1, used / limit);
  return (
    <div className="admin-reached" data-full={share === 1 ? '' : undefined}>
      <span>{what}</span>
      <span className="admin-figure">
        {countOf(Math.max(0, limit - used))} of {countOf(limit)} left
      </span>
      <meter min={0} max={1} value={share} aria-label={`${what}, used`}>
        {Math.round(share * 100)} %
      </meter>
    </div>
  );
}
