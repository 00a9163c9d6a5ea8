import { useCallback, useState } from 'react';
import { Link } from 'wouter';
import { asClientError } from '@parley/client';
import { useServices } from '../app/services';
import { Composer } from '../conversation/composer';
import { emptyLog, readLog, type Log } from '../conversation/log';
import { Thread } from '../conversation/thread';
import { useAnswers } from '../conversation/use-answers';
import { Loading, Notice } from '../ui/notice';
import { useLoaded } from '../ui/use-loaded';

const COACH = 'coding-coach';

interface CoachProps {
  /** Of the conversation so far, if there is one. */
  conversationId?: string;
  /** What the page shows at the moment of a question. Has to be stable. */
  context: () => Record<string, unknown>;
  /** Something was asked in this conversation. */
  onAsked: (conversationId: string) => void;
}

/** The coach beside the code: a conversation like any other, whose questions bring the page along. */
export function Coach({ conversationId, context, onAsked }: CoachProps) {
  const { chat } = useServices();
  // Which conversation it is does not change while the page is open: its first question only makes it known outside.
  const [known] = useState(conversationId);
  const [log, reload] = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const fresh = { id: crypto.randomUUID(), log: emptyLog };
        if (known === undefined) return fresh;
        try {
          return { id: known, log: await readLog(chat, known, signal) };
        } catch (error) {
          // Deleted meanwhile, elsewhere.
          if (asClientError(error).code === 'conversation_not_found') return fresh;
          throw error;
        }
      },
      [chat, known],
    ),
  );
  return (
    <section className="coach" aria-labelledby="coach-name">
      <h2 id="coach-name">Coding coach</h2>
      {log.state === 'loading' && <Loading label="Loading the conversation" />}
      {log.state === 'failed' && <Notice action={{ label: 'Try again', run: reload }}>{log.error.message}</Notice>}
      {log.state === 'loaded' && (
        <CoachThread id={log.value.id} initial={log.value.log} context={context} onAsked={onAsked} />
      )}
    </section>
  );
}

interface CoachThreadProps extends Pick<CoachProps, 'context' | 'onAsked'> {
  id: string;
  initial: Log;
}

function CoachThread({ id, initial, context, onAsked }: CoachThreadProps) {
  const [failure, setFailure] = useState<string>();
  const answers = useAnswers(
    id,
    initial,
    COACH,
    useCallback(() => onAsked(id), [onAsked, id]),
    context,
  );
  const isEmpty = answers.messages.length === 0;
  const loadEarlier = (): void =>
    void answers.loadEarlier().catch((error: unknown) => setFailure(asClientError(error).message));
  return (
    <>
      {isEmpty ? (
        <p className="coach-empty">
          Stuck? Ask for a hint. The coach sees the problem, your code and the last test run, and will not give the
          solution away.
        </p>
      ) : (
        <Thread
          messages={answers.messages}
          lines={[]}
          state={answers.state}
          hasEarlier={answers.hasEarlier}
          onEarlier={loadEarlier}
        />
      )}
      <div className="dock" tabIndex={-1}>
        {answers.error !== undefined && (
          <Notice action={{ label: 'Try again', run: answers.retry }} testId="answer-error">
            {answers.error.message}
          </Notice>
        )}
        {failure !== undefined && (
          <Notice action={{ label: 'Close', run: () => setFailure(undefined) }}>{failure}</Notice>
        )}
        <Composer
          placeholder="Ask the coach"
          isAnswering={answers.state !== 'idle'}
          onSend={answers.ask}
          onStop={answers.stop}
        />
        {!isEmpty && (
          <Link className="coach-link" href={`/c/${id}`}>
            Open as a conversation, to talk about it
          </Link>
        )}
      </div>
    </>
  );
}
