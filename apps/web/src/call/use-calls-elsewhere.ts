import { useEffect, useState } from 'react';
import { isLive, isOver, type CallState, type VoiceCall } from '@parley/client';

/** What tabs say to each other: which calls are there? This one is on; it is over. */
type Word = { asks: true } | ({ isOn: boolean } & Place);
interface Place {
  callId: string;
  conversationId: string;
}

/**
 * Calls in other tabs of this browser, so that they can be brought here; and tells the others of this tab's. One whose tab
 * died without a word is noticed by the service, which begins a new call instead.
 *
 * @returns the calls by their conversations
 */
export function useCallsElsewhere(call: VoiceCall | undefined): ReadonlyMap<string, string> {
  const [calls, setCalls] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    // Where a browser has none, each tab is alone.
    if (typeof BroadcastChannel === 'undefined') return;
    const channel = new BroadcastChannel('parley.calls');
    const say = (word: Word): void => channel.postMessage(word);
    const note = ({ callId, conversationId }: Place, isOn: boolean): void =>
      setCalls((before) => {
        const after = new Map(before);
        if (isOn) after.set(conversationId, callId);
        else if (before.get(conversationId) === callId) after.delete(conversationId);
        return after;
      });
    let here: Place | undefined;
    const leave = (): void => {
      if (here !== undefined) say({ isOn: false, ...here });
      here = undefined;
    };
    const callOnState = (state: CallState): void => {
      if (isLive(state) && here === undefined) {
        const { callId, conversationId } = state;
        here = { callId, conversationId };
        note(here, false);
        say({ isOn: true, ...here });
      }
      // It goes on in the tab that has it now.
      if (state.name === 'ended' && state.reason === 'replaced') here = undefined;
      if (isOver(state)) leave();
    };
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (!('asks' in data)) return note(data, data.isOn);
      if (here !== undefined) say({ isOn: true, ...here });
    };
    say({ asks: true });
    const stop = call?.state.subscribe(callOnState);
    if (call !== undefined) callOnState(call.state.get());
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      stop?.();
      leave();
      channel.close();
    };
  }, [call]);
  return calls;
}
