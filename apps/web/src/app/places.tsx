import { Link, useLocation } from 'wouter';

const PLACES = [
  ['/rooms', 'Rooms'],
  ['/conversations', 'All conversations'],
  ['/practice', 'Practice'],
  ['/shop', 'Shop'],
  ['/settings', 'Settings'],
] as const;

/** The ways to the other pages. */
export function Places({ onChoose }: { onChoose: () => void }) {
  const [path] = useLocation();
  return (
    <ul className="places">
      {PLACES.map(([href, name]) => (
        <li key={href}>
          <Link
            className="place"
            href={href}
            aria-current={path.startsWith(href) ? 'page' : undefined}
            onClick={onChoose}
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}
