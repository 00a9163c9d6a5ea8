import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { asClientError, type ExportFormat } from '@parley/client';
import { LIMITS, textOf, type ConversationSummary } from '@parley/protocol';
import { useServices } from '../app/services';
import { titleOf } from '../list/title';
import { whenOf } from '../list/when';
import { Notice } from '../ui/notice';
import { saveFile } from '../ui/save-file';

interface ConversationRowProps {
  item: ConversationSummary;
  onRenamed: () => void;
  onDeleted: () => void;
}

export function ConversationRow({ item, onRenamed, onDeleted }: ConversationRowProps) {
  const { chat } = useServices();
  const [mode, setMode] = useState<'shown' | 'renaming' | 'deleting'>('shown');
  const [title, setTitle] = useState(titleOf(item));
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    await work().catch((error: unknown) => setFailure(asClientError(error).message));
    setBusy(false);
  };
  const rename = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = title.trim();
    if (wanted === '') return;
    void attempt(async () => {
      await chat.rename(item.id, wanted);
      setMode('shown');
      onRenamed();
    });
  };
  const remove = (): void => void attempt(() => chat.remove(item.id).then(onDeleted));
  const keep = (format: ExportFormat): void =>
    void attempt(async () => {
      const file = await chat.export(item.id, format);
      saveFile(file, `${fileNameOf(title)}.${format === 'json' ? 'json' : 'md'}`);
    });
  const name = titleOf(item);
  const last = lastOf(item);

  return (
    <li className="row" aria-busy={isBusy}>
      {mode === 'renaming' ? (
        <form className="row-form" onSubmit={rename}>
          <input
            aria-label={`New title of “${name}”`}
            maxLength={LIMITS.titleCharacters}
            value={title}
            autoFocus
            onChange={({ target }) => setTitle(target.value)}
            onKeyDown={({ key }) => key === 'Escape' && setMode('shown')}
          />
          <button type="submit" className="button button-primary" disabled={isBusy || title.trim() === ''}>
            Save
          </button>
          <button type="button" className="button" onClick={() => setMode('shown')}>
            Cancel
          </button>
        </form>
      ) : (
        <Link className="row-link" href={item.kind === 'room' ? `/rooms/${item.id}` : `/c/${item.id}`}>
          <span className="row-title">{name}</span>
          <span className="row-when">{whenOf(item.updatedAt)}</span>
          {last !== '' && <span className="row-text">{last}</span>}
        </Link>
      )}
      {mode === 'shown' && (
        <div className="row-actions">
          <button
            type="button"
            className="button button-plain"
            aria-label={`Rename “${name}”`}
            onClick={() => setMode('renaming')}
          >
            Rename
          </button>
          <label className="row-export">
            <span className="visually-hidden">Export “{name}”</span>
            <select value="" disabled={isBusy} onChange={({ target }) => keep(target.value as ExportFormat)}>
              <option value="" disabled>
                Export…
              </option>
              <option value="markdown">Markdown</option>
              <option value="json">JSON</option>
            </select>
          </label>
          <button
            type="button"
            className="button button-plain button-risky"
            aria-label={`Delete “${name}”`}
            onClick={() => setMode('deleting')}
          >
            Delete
          </button>
        </div>
      )}
      {mode === 'deleting' && (
        <div className="row-question" role="group" aria-label={`Delete “${name}”?`}>
          <p>Delete it for good? Nobody can bring it back.</p>
          <button type="button" className="button button-danger" disabled={isBusy} autoFocus onClick={remove}>
            Delete for good
          </button>
          <button type="button" className="button" onClick={() => setMode('shown')}>
            Keep it
          </button>
        </div>
      )}
      {failure !== undefined && <Notice>{failure}</Notice>}
    </li>
  );
}

const fileNameOf = (title: string): string =>
  title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'conversation';

function lastOf({ lastMessage }: ConversationSummary): string {
  if (lastMessage?.type !== 'message') return '';
  return lastMessage.hidden === true ? 'A message from somebody you blocked' : textOf(lastMessage.parts);
}
