import { lazy, Suspense, useLayoutEffect, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { ChatClient, TokenSource } from '@parley/client';
import type { WebConfig } from '@parley/protocol';
import { AnnouncerProvider } from '../ui/announcer';
import { Loading, Notice } from '../ui/notice';
import { useLoaded } from '../ui/use-loaded';
import { useObservable } from '@parley/client/react';
import { Callback } from '../session/callback';
import { Landing } from '../session/landing';
import { loadConfig } from './config';
import { ServicesProvider, useServices, type Services } from './services';

// What only somebody who is signed in needs is not loaded before.
const Workspace = lazy(() => import('./workspace'));
const ShopPage = lazy(() => import('../shop/shop-page'));

/** The page: configuration first, then who is there, then what they came for. */
export function App() {
  const [config, reload] = useLoaded(loadConfig);
  if (config.state === 'loading') return <Loading label="Loading" />;
  if (config.state === 'failed') {
    return (
      <main className="alone">
        <h1>Parley cannot begin</h1>
        <Notice action={{ label: 'Try again', run: reload }}>{config.error.message}</Notice>
      </main>
    );
  }
  return <Configured config={config.value} />;
}

function Configured({ config }: { config: WebConfig }) {
  const services = useMemo((): Services => {
    const session = new TokenSource({ domain: config.domain, clientId: config.spaClientId });
    return { config, session, chat: new ChatClient({ tokenSource: session }), baseUrl: '' };
  }, [config]);
  return (
    <ServicesProvider value={services}>
      <Page />
    </ServicesProvider>
  );
}

export function Page() {
  return (
    <AnnouncerProvider>
      <PageOfSession />
    </AnnouncerProvider>
  );
}

function PageOfSession() {
  const { session } = useServices();
  const state = useObservable(session.state);
  const [path] = useLocation();
  const isCallback = path === '/auth/callback';
  const [isAsked, setAsked] = useState(false);
  // Before the first paint: somebody who is signed in should not see the other page flash by. A state of this component is
  // rendered before it, too; what a store says in the meantime may be noticed after it only.
  useLayoutEffect(() => {
    if (!isCallback) void session.restore();
    setAsked(true); // eslint-disable-line react-hooks/set-state-in-effect -- the second rendering is the point
    // Once, when the page is loaded: the callback signs in by its own code.
  }, [session]); // eslint-disable-line react-hooks/exhaustive-deps

  if (isCallback) return <Callback />;
  // Whoever is there: a shop has visitors, too.
  const shop = /^\/shop(?:\/([^/]+))?\/?$/.exec(path);
  if (shop !== null) {
    return (
      <Suspense fallback={<Loading label="Loading" />}>
        <ShopPage productId={shop[1]} />
      </Suspense>
    );
  }
  if (state.name === 'signed-in') {
    return (
      <Suspense fallback={<Loading label="Loading" />}>
        {/* Another person is another page: nothing of the one before may stay. */}
        <Workspace key={state.user.id} user={state.user} />
      </Suspense>
    );
  }
  if (!isAsked || state.name === 'signing-in') return <Loading label="Signing you in" />;
  return <Landing failure={state.name === 'failed' ? state : undefined} />;
}
