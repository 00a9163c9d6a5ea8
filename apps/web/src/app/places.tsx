import { Link, useLocation } from 'wouter';
import type { SessionUser } from '@parley/client';

const PLACES = [
  ['/rooms', 'Rooms'],
  ['/conversations', 'All conversations'],
  ['/practice', 'Practice'],
  ['/shop', 'Shop'],
  ['/settings', 'Settings'],
] as const;
const ADMIN_PLACES = [...PLACES, ['/admin', 'Administration']] as const;

/** Whether somebody is of the group that the service shows its administration to. */
export const isAdmin = ({ groups }: Pick<SessionUser, 'groups'>): boolean => groups.includes('admins');

/** The ways to the other pages. */
export function Places({ user, onChoose }: { user: SessionUser; onChoose: () => void }) {
  const [path] = useLocation();
  return (
    <ul className="places">
      {(isAdmin(user) ? ADMIN_PLACES : PLACES).map(([href, name]) => (
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
