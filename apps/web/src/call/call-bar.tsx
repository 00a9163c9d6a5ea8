import { Link } from 'wouter';
import { isOver } from '@parley/client';
import { HangUpIcon } from '../ui/icons';
import { useObservable } from '@parley/client/react';
import { useCall, type ActiveCall } from './call-context';
import { wordsOf } from './call-words';

/** Says that a call is on while another conversation is looked at. */
export function CallBar({ currentId }: { currentId?: string }) {
  const { active } = useCall();
  return active === undefined ? null : <Bar active={active} currentId={currentId} />;
}

function Bar({ active: { call }, currentId }: { active: ActiveCall; currentId?: string }) {
  const state = useObservable(call.state);
  const muted = useObservable(call.muted);
  const { conversationId } = call;
  // Without a conversation yet, it is on the page it was begun on.
  if (isOver(state) || conversationId === undefined || currentId === conversationId) return null;
  return (
    <div className="call-bar" role="region" aria-label="Call in another conversation">
      <span>On a call: {wordsOf(state, muted)}</span>
      <Link className="button" href={`/c/${conversationId}`}>
        Back to it
      </Link>
      <button type="button" className="button button-danger button-shrinks" onClick={() => void call.hangUp()}>
        <HangUpIcon /> <span className="button-words">Hang up</span>
      </button>
    </div>
  );
}
