import { useChat } from '@ai-sdk/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { asChatError, createChatTransport, toUiMessages, type ClientError, type ParleyMessage } from '@parley/client';
import { textOf, type Part } from '@parley/protocol';
import { useServices } from '../app/services';
import { settings } from '../settings/settings';
import { readEarlier, readLater, type Log } from './log';
import { useResume } from './use-resume';

export interface Answers {
  messages: readonly ParleyMessage[];
  /** `waiting`: nothing of the answer is here yet. */
  state: 'idle' | 'waiting' | 'streaming';
  error?: ClientError;
  hasEarlier: boolean;
  ask(text: string): void;
  /** Asks again for what failed or broke off. */
  retry(): void;
  stop(): void;
  loadEarlier(): Promise<void>;
  /** Reads what the log has by now: after a call, or an answer that was written elsewhere. */
  catchUp(): Promise<void>;
}

/**
 * The written side of a conversation: `useChat`, with the log behind it. `context` tells what the assistant is to know of the
 * page, at each question; it has to be stable.
 */
export function useAnswers(
  id: string,
  initial: Log,
  assistant: string | undefined,
  onChange: () => void,
  context?: () => Record<string, unknown>,
): Answers {
  const { session, chat: client, baseUrl } = useServices();
  const [log, setLog] = useState(initial);
  const [brokeOff, setBrokeOff] = useState(false);
  const first = useMemo(() => toUiMessages(initial.entries), [initial]);
  const transport = useMemo(
    () =>
      createChatTransport<ParleyMessage>({
        tokenSource: session,
        baseUrl,
        body: () => ({ assistant, context: context?.(), language: settings().language }),
      }),
    [session, baseUrl, assistant, context],
  );
  const chat = useChat<ParleyMessage>({
    id,
    messages: first,
    transport,
    throttle: 40,
    onFinish: ({ isAbort, isError, isDisconnect, finishReason, message }) => {
      // A stream that just ends is no error for `useChat`; the service always says how an answer ended.
      const complete = isAbort || isError || isDisconnect || finishReason !== undefined || message.parts.length === 0;
      setBrokeOff(false);
      // Its line was lost and nobody goes on with it: the log has what became of it.
      if (!complete) void readWhatBecame();
      onChange();
    },
  });

  // Its first words say that the conversation is there: it was not yet when the question was sent.
  const isStreaming = chat.status === 'streaming';
  useEffect(() => {
    if (isStreaming) onChange();
  }, [isStreaming, onChange]);

  const { setMessages, clearError } = chat;
  const readWhatBecame = async (): Promise<void> => {
    const read = await readLater(client, id, log).catch(() => log);
    const isAnswered = read.entries.length > log.entries.length && !isUnanswered(toUiMessages(read.entries));
    if (isAnswered) show(read);
    else setBrokeOff(true);
  };
  const show = useCallback(
    (read: Log) => {
      setLog(read);
      setMessages(toUiMessages(read.entries));
    },
    [setMessages],
  );
  const catchUp = useCallback(async () => show(await readLater(client, id, log)), [client, id, log, show]);
  const loadEarlier = useCallback(async () => show(await readEarlier(client, id, log)), [client, id, log, show]);

  const error = chat.error === undefined ? undefined : asChatError(chat.error);
  // Asked by who did not see the last of it: what was said elsewhere is shown in the place of a complaint.
  const isLate = error?.code === 'conflict';
  useEffect(() => {
    if (isLate) void catchUp().then(clearError, () => undefined);
  }, [isLate, catchUp, clearError]);
  const isResuming = useResume({
    // Otherwise there is none, and the stream of one that ended a moment ago would be added to the list a second time.
    wanted: isUnanswered(first),
    isDisconnected: error?.code === 'network',
    resume: chat.resumeStream,
    // It may have ended between the reading of the log and this.
    onNothing: () => (chat.status === 'ready' ? catchUp() : Promise.resolve()),
  });

  const ask = (text: string): void => {
    setBrokeOff(false);
    void chat.sendMessage({ text });
    onChange();
  };
  const retry = (): void => {
    setBrokeOff(false);
    const last = chat.messages.at(-1);
    if (last?.role !== 'user') return void chat.regenerate();
    // Exactly the same request again, which joins an answer that is being written already.
    setMessages(chat.messages.slice(0, -1));
    void chat.sendMessage({ id: last.metadata?.clientId ?? last.id, role: 'user', parts: last.parts });
  };
  const stop = (): void => {
    // The service first: a closed connection alone does not stop it, and a new question would be refused meanwhile.
    void client
      .stop(id)
      .catch(() => undefined)
      .finally(() => chat.stop());
  };

  const state =
    chat.status === 'streaming' ? 'streaming' : chat.status === 'submitted' || isResuming ? 'waiting' : 'idle';
  const isMissing = brokeOff || (state === 'idle' && isUnanswered(chat.messages));
  return {
    messages: chat.messages,
    state,
    error: error ?? (isMissing ? asChatError(new Error('')) : undefined),
    hasEarlier: log.hasEarlier,
    ask,
    retry,
    stop,
    loadEarlier,
    catchUp,
  };
}

/**
 * Whether a written question is last, or an answer of which nothing can be seen, as one that was stopped before its first
 * word. What was said in a call was answered there, or never will be.
 */
function isUnanswered(messages: readonly ParleyMessage[]): boolean {
  const last = messages.at(-1);
  if (last === undefined || last.metadata?.callId !== undefined) return false;
  return last.role === 'user' || textOf(last.parts as unknown as Part[]) === '';
}
