import { useChat } from '@ai-sdk/react';
import { useCallback, useMemo, useState } from 'react';
import { asChatError, createChatTransport, toUiMessages, type ClientError, type ParleyMessage } from '@parley/client';
import { useServices } from '../app/services';
import { readEarlier, readLater, type Log } from './log';

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

/** The written side of a conversation: `useChat`, with the log behind it. */
export function useAnswers(id: string, initial: Log, assistant: string | undefined, onChange: () => void): Answers {
  const { session, chat: client, baseUrl } = useServices();
  const [log, setLog] = useState(initial);
  const [brokeOff, setBrokeOff] = useState(false);
  const first = useMemo(() => toUiMessages(initial.entries), [initial]);
  const transport = useMemo(
    () =>
      createChatTransport<ParleyMessage>({
        tokenSource: session,
        baseUrl,
        body: () => (assistant === undefined ? {} : { assistant }),
      }),
    [session, baseUrl, assistant],
  );
  const chat = useChat<ParleyMessage>({
    id,
    messages: first,
    transport,
    // A question without an answer may have one on its way. Otherwise there is none, and the stream of one that ended
    // a moment ago would be added to the list a second time.
    resume: first.at(-1)?.role === 'user',
    throttle: 40,
    onFinish: ({ isAbort, isError, isDisconnect, finishReason, message }) => {
      // A stream that just ends is no error for `useChat`; the service always says how an answer ended.
      const complete = isAbort || isError || isDisconnect || finishReason !== undefined || message.parts.length === 0;
      setBrokeOff(!complete);
      onChange();
    },
  });

  const { setMessages, status } = chat;
  const show = useCallback(
    (read: Log) => {
      setLog(read);
      setMessages(toUiMessages(read.entries));
    },
    [setMessages],
  );
  const catchUp = useCallback(async () => show(await readLater(client, id, log)), [client, id, log, show]);
  const loadEarlier = useCallback(async () => show(await readEarlier(client, id, log)), [client, id, log, show]);

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
    void chat.sendMessage({ id: last.id, role: 'user', parts: last.parts });
  };
  const stop = (): void => {
    // The service first: a closed connection alone does not stop it, and a new question would be refused meanwhile.
    void client
      .stop(id)
      .catch(() => undefined)
      .finally(() => chat.stop());
  };

  const isBusy = status === 'submitted' || status === 'streaming';
  const unanswered =
    !isBusy && chat.error === undefined && chat.messages.at(-1)?.role === 'user' && asked(chat.messages);
  return {
    messages: chat.messages,
    state: status === 'submitted' ? 'waiting' : status === 'streaming' ? 'streaming' : 'idle',
    error:
      chat.error !== undefined
        ? asChatError(chat.error)
        : brokeOff || unanswered
          ? asChatError(new Error(''))
          : undefined,
    hasEarlier: log.hasEarlier,
    ask,
    retry,
    stop,
    loadEarlier,
    catchUp,
  };
}

/** Whether the last message was a question in writing: what was said in a call was answered there, or never will be. */
const asked = (messages: readonly ParleyMessage[]): boolean => messages.at(-1)?.metadata?.callId === undefined;
