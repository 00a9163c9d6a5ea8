import { isOver } from '@parley/client';
import { useObservable } from '@parley/client/react';
import { useSaid } from '../ui/announcer';
import { useCall, type ActiveCall } from './call-context';
import { detailOf, lossOf, notKeptWords, wordsOf } from './call-words';

/** Tells those who listen to the page how the call is, wherever on the page they are. */
export function CallVoice() {
  const { active } = useCall();
  return active === undefined ? null : <Voice active={active} />;
}

function Voice({ active: { call } }: { active: ActiveCall }) {
  const state = useObservable(call.state);
  const trouble = useObservable(call.microphoneTrouble);
  const hasLost = useObservable(call.lostSpeechMs) > 0;
  const { name } = state;
  // That the assistant speaks can be heard; and a failure is an alert where it is shown.
  const isHeard = name === 'speaking' || name === 'listening';
  useSaid(isHeard ? 'Listening' : name === 'failed' ? undefined : wordsOf(state, false));
  useSaid(detailOf(state));
  useSaid(call.isKept === false && !isOver(state) ? notKeptWords : undefined);
  useSaid(trouble?.message);
  useSaid(hasLost ? lossOf(call.lostSpeechMs.get()) : undefined);
  return null;
}
