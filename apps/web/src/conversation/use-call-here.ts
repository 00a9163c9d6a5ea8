import { useCallback, useMemo, useState } from 'react';
import { isOver, type CallState, type TranscriptLine } from '@parley/client';
import { useCall, type ActiveCall } from '../call/call-context';
import { useMaybe } from '@parley/client/react';

export interface CallHere {
  active?: ActiveCall;
  state?: CallState;
  lines: readonly TranscriptLine[];
  /** The call is over and what was said in it was not read from the log yet. */
  isToBeRead: boolean;
  markRead(): void;
  /** The log has shown it all. */
  hideLines(): void;
}

const noLines: readonly TranscriptLine[] = [];

/** The call of this conversation, if there is one, and not one of another conversation. */
export function useCallHere(id: string): CallHere {
  const { active } = useCall();
  const state = useMaybe(active?.call.state);
  const lines = useMaybe(active?.call.transcript) ?? noLines;
  const [readCall, setReadCall] = useState<ActiveCall>();
  const [hiddenCall, setHiddenCall] = useState<ActiveCall>();
  const here = active !== undefined && (active.call.conversationId ?? active.pageId) === id ? active : undefined;

  const isDone = here !== undefined && state !== undefined && isOver(state);
  const markRead = useCallback(() => setReadCall(here), [here]);
  const hideLines = useCallback(() => setHiddenCall(here), [here]);
  return useMemo(
    () => ({
      active: here,
      state: here === undefined ? undefined : state,
      lines: here === undefined || here === hiddenCall ? noLines : lines,
      isToBeRead: isDone && lines.length > 0 && readCall !== here,
      markRead,
      hideLines,
    }),
    [here, state, lines, isDone, readCall, hiddenCall, markRead, hideLines],
  );
}
