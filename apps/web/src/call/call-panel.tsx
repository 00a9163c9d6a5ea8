import { useEffect, useState } from 'react';
import { isOver } from '@parley/client';
import { useServices } from '../app/services';
import { useTakenFocus } from '../ui/focus';
import { HangUpIcon, MicrophoneIcon, MutedIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { useObservable } from '@parley/client/react';
import { useCall, type ActiveCall } from './call-context';
import { ConnectionPanel } from './connection-panel';
import { detailOf, durationOf, lossOf, notKeptWords, wordsOf } from './call-words';
import { LevelMeter } from './level-meter';

interface CallPanelProps {
  active: ActiveCall;
  onRetry: () => void;
  /** Brings a call back that was taken by another window or device. */
  onTakeOver: (callId: string) => void;
}

/** The call of this conversation, and its figures; those also once it is over, when support asks for them. */
export function CallPanel(props: CallPanelProps) {
  return (
    <section className="call-frame" aria-label="Call">
      <CallNow {...props} />
      <ConnectionPanel call={props.active.call} />
    </section>
  );
}

/** Its state, the level, mute and hang up; what went wrong, when something did. */
function CallNow({ active, onRetry, onTakeOver }: CallPanelProps) {
  const { call } = active;
  const { session } = useServices();
  const { dismiss } = useCall();
  const state = useObservable(call.state);
  const muted = useObservable(call.muted);
  const lostMs = useObservable(call.lostSpeechMs);
  const trouble = useObservable(call.microphoneTrouble);
  const words = wordsOf(state, muted);
  const firstButton = useTakenFocus<HTMLButtonElement>(!isOver(state));
  const detail = detailOf(state);
  const { callId } = call;

  if (state.name === 'failed') {
    const action =
      state.remedy === 'sign-in'
        ? { label: 'Sign in', run: () => void session.signIn() }
        : {
            label: state.remedy === 'retry' ? 'Call again' : 'Close',
            run: state.remedy === 'retry' ? onRetry : dismiss,
          };
    return (
      <div data-testid="call-state" data-state="failed">
        <Notice action={action}>{words}</Notice>
      </div>
    );
  }
  if (state.name === 'ended' && state.reason === 'replaced' && callId !== undefined) {
    return (
      <div data-testid="call-state" data-state="replaced">
        <Notice tone="quiet" action={{ label: 'Bring it here', run: () => onTakeOver(callId) }}>
          {words}
        </Notice>
      </div>
    );
  }
  if (state.name === 'ended') {
    return (
      <p className="call-ended" data-testid="call-state" data-state="ended">
        {words}
        {state.durationMs !== undefined && ` · ${durationOf(state.durationMs)}`}
        {call.isKept === false && ' · Nothing was written down'}
      </p>
    );
  }
  return (
    <div className="call" data-state={state.name}>
      <LevelMeter call={call} />
      <div className="call-words">
        {/* Who listens to the page is told by CallVoice. */}
        <div>
          <strong data-testid="call-state" data-state={state.name}>
            {words}
          </strong>
          {detail !== undefined && <span className="call-detail">{detail}</span>}
          {call.isKept === false && (
            <span className="call-detail" data-testid="not-kept">
              {notKeptWords}
            </span>
          )}
          {trouble !== undefined && (
            <span className="call-detail" data-testid="microphone-trouble">
              {trouble.message}
            </span>
          )}
          {lostMs > 0 && (
            <span className="call-detail" data-testid="call-loss">
              {lossOf(lostMs)}
            </span>
          )}
        </div>
        <Elapsed since={active.startedAt} />
      </div>
      <button
        ref={firstButton}
        type="button"
        className="button button-icon"
        aria-pressed={muted}
        aria-label="Mute"
        title={muted ? 'Unmute the microphone' : 'Mute the microphone'}
        data-testid="mute"
        onClick={() => call.setMuted(!muted)}
      >
        {muted ? <MutedIcon /> : <MicrophoneIcon />}
      </button>
      <button
        type="button"
        className="button button-danger button-shrinks"
        data-testid="end-call"
        onClick={() => void call.hangUp()}
      >
        <HangUpIcon /> <span className="button-words">Hang up</span>
      </button>
    </div>
  );
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="call-time" role="timer" aria-label="Length of the call" aria-live="off">
      {durationOf(now - since)}
    </span>
  );
}
