import { useCallback, useEffect, useMemo, useState } from 'react';
import { isOver, type CallState } from '../voice/call-state';
import type { TranscriptLine } from '../voice/transcript';
import { VoiceCall, type VoiceCallOptions } from '../voice/voice-call';
import { useMaybe } from './use-observable';

export interface VoiceCallHook {
  /** The call that was started last; its `microphoneLevel`, `playback` and the like are for `useObservable`. */
  call?: VoiceCall;
  state: CallState;
  transcript: readonly TranscriptLine[];
  muted: boolean;
  /** In the handler of a click or key: browsers open no sound without one. What came of it is in `state`. */
  start(): void;
  hangUp(): void;
  setMuted(muted: boolean): void;
}

const idle: CallState = { name: 'idle' };
const noLines: readonly TranscriptLine[] = [];

/** One call at a time, hung up with the component. `options` are read when it starts. */
export function useVoiceCall(options: VoiceCallOptions): VoiceCallHook {
  const [call, setCall] = useState<VoiceCall>();
  useEffect(() => () => void (call !== undefined && !isOver(call.state.get()) && call.hangUp()), [call]);
  const state = useMaybe(call?.state) ?? idle;
  const transcript = useMaybe(call?.transcript) ?? noLines;
  const muted = useMaybe(call?.muted) ?? false;
  const start = useCallback(() => {
    const next = new VoiceCall(options);
    setCall(next);
    next.start().catch(() => undefined); // the state says why
  }, [options]);
  const hangUp = useCallback(() => void call?.hangUp(), [call]);
  const setMuted = useCallback((on: boolean) => call?.setMuted(on), [call]);
  return useMemo(
    () => ({ call, state, transcript, muted, start, hangUp, setMuted }),
    [call, state, transcript, muted, start, hangUp, setMuted],
  );
}
