import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { isOver, VoiceCall } from '@parley/client';
import workletUrl from '@parley/client/audio-worklet?worker&url';
import { useServices } from '../app/services';
import { settings } from '../settings/settings';
import { useCallsElsewhere } from './use-calls-elsewhere';

export interface CallStart {
  /** Goes on in this conversation; without it the service begins one. */
  conversationId?: string;
  assistant?: string;
  /** Takes over this call, which goes on in another window or on another device. */
  callId?: string;
}

/** The one call of this page, which lives on while its person looks at other conversations. */
export interface ActiveCall {
  call: VoiceCall;
  startedAt: number;
  /** The page it was begun on, which is its own until it has a conversation. */
  pageId: string;
}
interface CallContextValue {
  active?: ActiveCall;
  /** By their conversations, the ids of calls in other tabs of this browser. */
  elsewhere: ReadonlyMap<string, string>;
  /** In the handler of a click or key: browsers open no sound without one. */
  begin(pageId: string, start: CallStart): void;
  /** Forgets a call that is over. */
  dismiss(): void;
}

const Context = createContext<CallContextValue | undefined>(undefined);

export function CallProvider({ children }: { children: ReactNode }) {
  const { session, baseUrl, audio } = useServices();
  const [active, setActive] = useState<ActiveCall>();

  const begin = useCallback(
    (pageId: string, start: CallStart) => {
      const { language, voiceId, microphoneId: deviceId, ...devices } = settings();
      const call = new VoiceCall({
        ...{ ...start, language, voiceId, tokenSource: session, baseUrl },
        audio: audio ?? { workletUrl, deviceId, ...devices },
      });
      setActive({ call, startedAt: Date.now(), pageId });
      call.start().catch(() => undefined); // the state says why
    },
    [session, baseUrl, audio],
  );
  const dismiss = useCallback(() => setActive(undefined), []);

  // Signed out, or the page is left: nobody could hang up any more.
  useEffect(() => {
    if (active === undefined) return;
    const hangUp = (): void => void (isOver(active.call.state.get()) || active.call.hangUp());
    addEventListener('pagehide', hangUp);
    return () => {
      removeEventListener('pagehide', hangUp);
      hangUp();
    };
  }, [active]);

  const elsewhere = useCallsElsewhere(active?.call);
  const value = useMemo(() => ({ active, elsewhere, begin, dismiss }), [active, elsewhere, begin, dismiss]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useCall(): CallContextValue {
  const value = useContext(Context);
  if (value === undefined) throw new Error('There is no CallProvider above this component');
  return value;
}
