import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type FocusEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionUser } from '@parley/client';
import { CallBar } from '../call/call-bar';
import { CallProvider, useCall } from '../call/call-context';
import { CallVoice } from '../call/call-voice';
import { ConversationPage } from '../conversation/conversation-page';
import { ConversationList } from '../list/conversation-list';
import { UserMenu } from '../session/user-menu';
import { keepFocus } from '../ui/focus';
import { CloseIcon, Logo, MenuIcon, PlusIcon } from '../ui/icons';
import { Loading } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { SimulatedBadge } from '../ui/simulated-badge';
import { useLoaded } from '../ui/use-loaded';
import { useMaybe } from '@parley/client/react';
import { isAdmin, Places } from './places';
import { useServices } from './services';

const AdminPage = lazy(() => import('../admin/admin-page'));
const ConversationsPage = lazy(() => import('../conversations/conversations-page'));
const PracticePage = lazy(() => import('../practice/practice-page'));
const RoomsPage = lazy(() => import('../rooms/rooms-page'));
const SettingsPage = lazy(() => import('../settings/settings-page'));

const newId = (): string => crypto.randomUUID();

/** The page of somebody who is signed in: the conversations at the side, one of them in the middle. */
export default function Workspace({ user }: { user: SessionUser }) {
  return (
    <CallProvider>
      <Shell user={user} />
    </CallProvider>
  );
}

function Shell({ user }: { user: SessionUser }) {
  const { chat } = useServices();
  const [path, navigate] = useLocation();
  const routeId = /^\/c\/([^/]+)\/?$/.exec(path)?.[1];
  const [draftId, setDraftId] = useState(newId);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [list, reloadList] = useLoaded(useCallback((signal: AbortSignal) => chat.list({ limit: 50, signal }), [chat]));
  const [assistants] = useLoaded(useCallback((signal: AbortSignal) => chat.assistants({ signal }), [chat]));
  const assistantItems = useMemo(() => (assistants.state === 'loaded' ? assistants.value : []), [assistants]);

  const { active } = useCall();
  useMaybe(active?.call.state); // its conversation is known once it listens
  const calledId = active?.call.conversationId;
  const isCalledDraft = active?.pageId === draftId && calledId !== undefined;
  // The draft has become a conversation, by a message or by a call: the next new one is another.
  if (routeId !== undefined && (routeId === draftId || (isCalledDraft && routeId === calledId))) setDraftId(newId());
  useEffect(() => {
    if (calledId !== undefined) reloadList();
    if (isCalledDraft && routeId === undefined) navigate(`/c/${calledId}`, { replace: true });
  }, [isCalledDraft, routeId, calledId, navigate, reloadList]);

  useEffect(() => keepFocus(document.body), []);
  const menuButton = useRef<HTMLButtonElement>(null);
  const main = useRef<HTMLElement>(null);
  const closeMenu = useCallback(() => setMenuOpen(false), []);
  useEscape(
    isMenuOpen,
    useCallback(() => {
      menuButton.current?.focus();
      closeMenu();
    }, [closeMenu]),
  );
  const menuOnChoose = (): void => {
    if (!isMenuOpen) return;
    main.current?.focus();
    closeMenu();
  };
  // On a phone the menu lies over the page: what is under it must not have the focus.
  const menuOnBlur = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    if (relatedTarget !== null && relatedTarget !== menuButton.current && !currentTarget.contains(relatedTarget))
      closeMenu();
  };

  const page = () => {
    const [, place, id] = /^\/(admin|conversations|practice|rooms|settings)(?:\/([^/]+))?\/?$/.exec(path) ?? [];
    if (place === 'admin' && id === undefined && isAdmin(user)) return <AdminPage />;
    if (place === 'conversations') return <ConversationsPage onChange={reloadList} />;
    if (place === 'practice') return <PracticePage problemId={id} user={user} onChange={reloadList} />;
    if (place === 'settings') return <SettingsPage />;
    if (place === 'rooms') return <RoomsPage roomId={id} />;
    if (routeId === undefined && path !== '/') return <NothingHere />;
    return (
      <ConversationPage
        key={routeId ?? draftId}
        id={routeId ?? draftId}
        isNew={routeId === undefined}
        assistants={assistantItems}
        onChange={reloadList}
      />
    );
  };

  return (
    <>
      <a className="skip-link" href="#conversation">
        Skip to the conversation
      </a>
      <div className="shell" data-menu={isMenuOpen ? 'open' : 'closed'}>
        <header className="top-bar">
          <button
            ref={menuButton}
            type="button"
            className="button button-icon button-plain menu-button"
            aria-label={isMenuOpen ? 'Close the list of conversations' : 'Open the list of conversations'}
            aria-expanded={isMenuOpen}
            aria-controls="sidebar"
            data-testid="menu"
            onClick={() => setMenuOpen(!isMenuOpen)}
          >
            {isMenuOpen ? <CloseIcon /> : <MenuIcon />}
          </button>
          <Link className="brand" href="/" onClick={closeMenu}>
            <Logo /> Parley
          </Link>
          <SimulatedBadge />
        </header>
        <nav id="sidebar" className="sidebar" aria-label="Conversations" onBlur={menuOnBlur}>
          <Link className="brand" href="/">
            <Logo /> Parley
          </Link>
          <Link className="button new-conversation" href="/" data-testid="new-conversation" onClick={menuOnChoose}>
            <PlusIcon /> New conversation
          </Link>
          <Places user={user} onChoose={menuOnChoose} />
          <ConversationList list={list} reload={reloadList} currentId={routeId} onChoose={menuOnChoose} />
          <UserMenu user={user} />
        </nav>
        <button className="scrim" type="button" tabIndex={-1} aria-hidden="true" onClick={closeMenu} />
        <main ref={main} id="conversation" className="main" tabIndex={-1}>
          <CallVoice />
          <CallBar currentId={routeId} />
          <Suspense fallback={<Loading label="Loading" />}>{page()}</Suspense>
        </main>
      </div>
    </>
  );
}

function NothingHere() {
  usePageTitle('Nothing here');
  return (
    <div className="empty">
      <h1>There is nothing here</h1>
      <p>
        <Link href="/">Begin a conversation</Link>
      </p>
    </div>
  );
}

function useEscape(active: boolean, run: () => void): void {
  useEffect(() => {
    if (!active) return;
    const keyOnDown = ({ key }: KeyboardEvent) => key === 'Escape' && run();
    document.addEventListener('keydown', keyOnDown);
    return () => document.removeEventListener('keydown', keyOnDown);
  }, [active, run]);
}
