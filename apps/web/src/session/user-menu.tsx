import { useState } from 'react';
import { asClientError, type SessionUser } from '@parley/client';
import { useServices } from '../app/services';
import { SignOutIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { ThemeToggle } from '../ui/theme-toggle';

/** Who is signed in. The user name of a pool is a UUID or worse and is never shown. */
export function UserMenu({ user }: { user: SessionUser }) {
  const { session } = useServices();
  const [failure, setFailure] = useState<string>();
  const signOut = () => session.signOut().catch((error: unknown) => setFailure(asClientError(error).message));
  return (
    <div className="user-menu">
      {failure !== undefined && <Notice>You are still signed in. {failure}</Notice>}
      <div className="user-menu-row">
        <span className="user-name" data-testid="user-name">
          {user.name ?? 'Signed in'}
        </span>
        <ThemeToggle />
        <button
          type="button"
          className="button button-icon button-plain"
          data-testid="sign-out"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => void signOut()}
        >
          <SignOutIcon />
        </button>
      </div>
    </div>
  );
}
