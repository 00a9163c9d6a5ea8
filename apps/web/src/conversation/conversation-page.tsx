import { useCallback } from 'react';
import { Link } from 'wouter';
import type { AssistantSummary } from '@parley/protocol';
import { useServices } from '../app/services';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { useLoaded } from '../ui/use-loaded';
import { ConversationView } from './conversation-view';
import { emptyLog, readLog } from './log';

export interface ConversationPageProps {
  id: string;
  /** Nothing was said in it yet: it does not exist before. */
  isNew: boolean;
  assistants: readonly AssistantSummary[];
  /** Something was said: the list of conversations is not what it was. */
  onChange: () => void;
}

/** One conversation: its log is read first, then it goes on. */
export function ConversationPage({ id, isNew, assistants, onChange }: ConversationPageProps) {
  const { chat } = useServices();
  // What was new when this page appeared stays so: its first message does not make it load what it already shows.
  const [log, reload] = useLoaded(
    useCallback(
      (signal: AbortSignal) => (isNew ? Promise.resolve(emptyLog) : readLog(chat, id, signal)),
      [chat, id], // eslint-disable-line react-hooks/exhaustive-deps
    ),
  );
  if (log.state === 'loading') return <Loading label="Loading the conversation" />;
  if (log.state === 'failed') {
    if (log.error.code === 'conversation_not_found') return <NoSuchConversation />;
    return (
      <div className="empty">
        <h1>The conversation could not be read</h1>
        <Notice action={{ label: 'Try again', run: reload }} testId="conversation-error">
          {log.error.message}
        </Notice>
      </div>
    );
  }
  return <ConversationView id={id} initial={log.value} assistants={assistants} onChange={onChange} />;
}

function NoSuchConversation() {
  usePageTitle('No such conversation');
  return (
    <div className="empty" data-testid="not-found">
      <h1>There is no such conversation</h1>
      <p>It may have been deleted, or it belongs to somebody else.</p>
      <p>
        <Link href="/">Begin a new one</Link>
      </p>
    </div>
  );
}
