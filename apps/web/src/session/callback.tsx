import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useServices } from '../app/services';
import { Loading, Notice } from '../ui/notice';
import { useObservable } from '@parley/client/react';

/** `/auth/callback`: the way back from the sign-in page. */
export function Callback() {
  const { session } = useServices();
  const state = useObservable(session.state);
  const [, navigate] = useLocation();
  const begun = useRef(false);
  useEffect(() => {
    // The code is good for one exchange; React's strict mode would make it two.
    if (begun.current) return;
    begun.current = true;
    session.completeSignIn(location.href).then(
      (returnTo) => navigate(returnTo, { replace: true }),
      () => undefined, // the state says it
    );
  }, [session, navigate]);

  return (
    <main className="alone">
      <h1 className={state.name === 'failed' ? undefined : 'visually-hidden'}>
        {state.name === 'failed' ? 'You are not signed in' : 'Signing in'}
      </h1>
      {state.name === 'failed' ? (
        <Notice action={{ label: 'Sign in again', run: () => void session.signIn('/') }}>{state.error.message}</Notice>
      ) : (
        <Loading label="Signing you in" />
      )}
    </main>
  );
}
