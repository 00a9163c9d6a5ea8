import { useRef, useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { asClientError, type ExportFormat } from '@parley/client';
import { LIMITS, textOf, type ConversationSummary } from '@parley/protocol';
import { useServices } from '../app/services';
import { titleOf } from '../list/title';
import { whenOf } from '../list/when';
import { passFocusOn, useReturnedFocus } from '../ui/focus';
import { Notice } from '../ui/notice';
import { saveFile } from '../ui/save-file';

interface ConversationRowProps {
  item: ConversationSummary;
  onRenamed: () => void;
  onDeleted: () => void;
}

export function ConversationRow({ item, onRenamed, onDeleted }: ConversationRowProps) {
  const { chat } = useServices();
  const [mode, setMode] = useState<'shown' | 'renaming' | 'exporting' | 'deleting'>('shown');
  const [title, setTitle] = useState(titleOf(item));
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const row = useRef<HTMLLIElement>(null);
  const renameButton = useReturnedFocus<HTMLButtonElement>(mode === 'renaming');
  const exportButton = useReturnedFocus<HTMLButtonElement>(mode === 'exporting');
  const deleteButton = useReturnedFocus<HTMLButtonElement>(mode === 'deleting');

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return;
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
  const remove = (): void =>
    void attempt(async () => {
      await chat.remove(item.id);
      passFocusOn(row.current);
      onDeleted();
    });
  const keep = (format: ExportFormat): void =>
    void attempt(async () => {
      const file = await chat.export(item.id, format);
      setMode('shown');
      saveFile(file, `${fileNameOf(title)}.${format === 'json' ? 'json' : 'md'}`);
    });
  const name = titleOf(item);
  const last = lastOf(item);

  return (
    <li
      ref={row}
      className="row"
      aria-busy={isBusy}
      onKeyDown={({ key }) => key === 'Escape' && mode !== 'shown' && setMode('shown')}
    >
      {mode === 'renaming' ? (
        <form className="row-form" onSubmit={rename}>
          <input
            aria-label={`New title of “${name}”`}
            maxLength={LIMITS.titleCharacters}
            value={title}
            autoFocus
            onChange={({ target }) => setTitle(target.value)}
          />
          <button type="submit" className="button button-primary" disabled={title.trim() === ''} aria-disabled={isBusy}>
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
            ref={renameButton}
            type="button"
            className="button button-plain"
            aria-label={`Rename “${name}”`}
            onClick={() => setMode('renaming')}
          >
            Rename
          </button>
          <button
            ref={exportButton}
            type="button"
            className="button button-plain"
            aria-label={`Export “${name}”`}
            onClick={() => setMode('exporting')}
          >
            Export
          </button>
          <button
            ref={deleteButton}
            type="button"
            className="button button-plain button-risky"
            aria-label={`Delete “${name}”`}
            onClick={() => setMode('deleting')}
          >
            Delete
          </button>
        </div>
      )}
      {mode === 'exporting' && (
        <div className="row-question" role="group" aria-label={`Export “${name}”`}>
          <p>As which kind of file?</p>
          <button type="button" className="button" aria-disabled={isBusy} autoFocus onClick={() => keep('markdown')}>
            Markdown
          </button>
          <button type="button" className="button" aria-disabled={isBusy} onClick={() => keep('json')}>
            JSON
          </button>
          <button type="button" className="button" onClick={() => setMode('shown')}>
            Cancel
          </button>
        </div>
      )}
      {mode === 'deleting' && (
        <div className="row-question" role="group" aria-label={`Delete “${name}”?`}>
          <p>Delete it for good? Nobody can bring it back.</p>
          <button type="button" className="button button-danger" aria-disabled={isBusy} autoFocus onClick={remove}>
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
