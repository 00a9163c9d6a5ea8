import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { asClientError, isOver } from '@parley/client';
import type { AssistantSummary } from '@parley/protocol';
import { useServices } from '../app/services';
import { CallPanel } from '../call/call-panel';
import { ConsentLine } from '../call/consent-line';
import { useCall } from '../call/call-context';
import { useReturnedFocus } from '../ui/focus';
import { MicrophoneIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { useOnline } from '../ui/use-online';
import { AssistantChoice } from './assistant-choice';
import { CalledPeople, hasCalledPeople } from './called-people';
import { Composer } from './composer';
import type { Log } from './log';
import { Thread } from './thread';
import { useAnswers } from './use-answers';
import { useCallHere } from './use-call-here';

interface ConversationViewProps {
  id: string;
  initial: Log;
  assistants: readonly AssistantSummary[];
  onChange: () => void;
}

/** One conversation to talk and write in: a call and answers go into the same thread. */
export function ConversationView({ id, initial, assistants, onChange }: ConversationViewProps) {
  const [path, navigate] = useLocation();
  const [chosen, setChosen] = useState(initial.conversation?.assistant);
  const [failure, setFailure] = useState<string>();
  const [isRoom, setIsRoom] = useState(initial.conversation?.kind === 'room');
  const { chat } = useServices();
  const assistant = chosen ?? assistants[0]?.id;
  const answers = useAnswers(id, initial, assistant, onChange);
  const { active, elsewhere, begin } = useCall();
  const callElsewhere = elsewhere.get(id);
  const isOnline = useOnline();
  const here = useCallHere(id);
  const isEmpty = answers.messages.length === 0 && here.lines.length === 0;

  // A call that is over is in the log. Until that is read, its lines stay.
  const { catchUp, state: answerState } = answers;
  const { isToBeRead, markRead, hideLines } = here;
  useEffect(() => {
    if (!isToBeRead || answerState !== 'idle') return;
    markRead();
    const read = async (): Promise<void> => {
      await catchUp();
      hideLines();
      onChange();
      // In the call people may have been called.
      setIsRoom((await chat.get(id)).kind === 'room');
    };
    read().catch((error: unknown) => setFailure(asClientError(error).message));
  }, [isToBeRead, answerState, markRead, hideLines, catchUp, onChange, chat, id]);

  const inCall = here.state !== undefined && !isOver(here.state);
  const talkButton = useReturnedFocus<HTMLButtonElement>(inCall);
  usePageTitle(isEmpty ? 'New conversation' : initial.conversation?.title || 'Conversation');
  const send = (text: string): void => {
    setFailure(undefined);
    if (!inCall) {
      answers.ask(text);
      if (path !== `/c/${id}`) navigate(`/c/${id}`, { replace: true });
      return;
    }
    try {
      active?.call.sendText(text);
    } catch (error) {
      setFailure(asClientError(error).message);
    }
  };
  const takeOver = (callId: string): void => {
    begin(id, { conversationId: id, assistant, callId });
    // What was said in it so far.
    void catchUp().catch((error: unknown) => setFailure(asClientError(error).message));
  };
  const talk = (): void => {
    if (callElsewhere !== undefined) return takeOver(callElsewhere);
    begin(id, { conversationId: isEmpty && initial.conversation === undefined ? undefined : id, assistant });
  };

  return (
    <div className="conversation" data-empty={isEmpty ? '' : undefined}>
      <h1 className={isEmpty ? 'greeting' : 'visually-hidden'}>
        {isEmpty
          ? inCall && here.state?.name !== 'connecting'
            ? 'Go ahead, say something.'
            : 'What would you like to talk about?'
          : initial.conversation?.title || 'Conversation'}
      </h1>
      {!isEmpty && (
        <Thread
          messages={answers.messages}
          lines={here.lines}
          speaker={assistants.find((one) => one.id === assistant)?.name}
          state={answers.state}
          hasEarlier={answers.hasEarlier}
          onEarlier={() =>
            void answers.loadEarlier().catch((error: unknown) => setFailure(asClientError(error).message))
          }
        />
      )}
      <div className="dock" tabIndex={-1}>
        {answers.error !== undefined && !inCall && (
          <Notice action={{ label: 'Try again', run: answers.retry }} testId="answer-error">
            {answers.error.message}
          </Notice>
        )}
        {failure !== undefined && (
          <Notice action={{ label: 'Close', run: () => setFailure(undefined) }}>{failure}</Notice>
        )}
        {!isOnline && !inCall && (
          <Notice tone="quiet">You are offline. What is answered meanwhile is shown when you are back.</Notice>
        )}
        {(isRoom || hasCalledPeople(answers.messages)) && <CalledPeople id={id} />}
        {here.active === undefined && <ConsentLine />}
        {here.active !== undefined && <CallPanel active={here.active} onRetry={talk} onTakeOver={takeOver} />}
        <Composer
          placeholder={inCall ? 'Type into the call' : 'Write a message'}
          isAnswering={answers.state !== 'idle' && !inCall}
          onSend={send}
          onStop={answers.stop}
        />
        {!inCall && (
          <div className="dock-row">
            <AssistantChoice assistants={assistants} chosen={assistant} onChoose={setChosen} />
            {/* Where the call was taken from this page, its panel offers that already. */}
            {(callElsewhere === undefined || callElsewhere !== here.active?.call.callId) && (
              <button
                ref={talkButton}
                type="button"
                className="button talk-button"
                data-testid="start-call"
                onClick={talk}
              >
                <MicrophoneIcon /> {callElsewhere === undefined ? 'Talk' : 'Bring the call here'}
              </button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
