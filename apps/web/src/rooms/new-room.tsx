import { useCallback, useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { asClientError, type RoomDirectory } from '@parley/client';
import { LIMITS } from '@parley/protocol';
import { useServices } from '../app/services';
import { Notice } from '../ui/notice';
import { useLoaded } from '../ui/use-loaded';

/** Opens a room and goes there: its title, which assistant is in it, and who may join without an invitation or a login. */
export function NewRoom({ directory }: { directory: RoomDirectory }) {
  const { chat } = useServices();
  const [, navigate] = useLocation();
  const [assistants, reload] = useLoaded(useCallback((signal: AbortSignal) => chat.assistants({ signal }), [chat]));
  const [title, setTitle] = useState('');
  const [assistant, setAssistant] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [admitsGuests, setAdmitsGuests] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const who = { open: isOpen, guests: admitsGuests, ...(assistant === '' ? {} : { assistant }) };
      const { id } = await directory.create({ title: title.trim(), ...who });
      navigate(`/rooms/${id}`);
    } catch (error) {
      setFailure(asClientError(error).message);
      setBusy(false);
    }
  };
  return (
    <form className="card new-room" onSubmit={(event) => void create(event)}>
      <label className="field">
        <span className="field-label">Title of a new room</span>
        <input maxLength={LIMITS.titleCharacters} value={title} onChange={({ target }) => setTitle(target.value)} />
      </label>
      <label className="field">
        <span className="field-label">Assistant</span>
        <select value={assistant} onChange={({ target }) => setAssistant(target.value)}>
          <option value="">None</option>
          {assistants.state === 'loaded' &&
            assistants.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </label>
      {assistants.state === 'failed' && (
        <Notice action={{ label: 'Look for assistants again', run: reload }}>{assistants.error.message}</Notice>
      )}
      <label className="choice">
        <input type="checkbox" checked={isOpen} onChange={({ target }) => setOpen(target.checked)} />
        Everybody who is signed in may join
      </label>
      <label className="choice">
        <input type="checkbox" checked={admitsGuests} onChange={({ target }) => setAdmitsGuests(target.checked)} />
        Guests may join
      </label>
      <button type="submit" className="button button-primary" disabled={isBusy || title.trim() === ''}>
        Open the room
      </button>
      {failure !== undefined && <Notice>{failure}</Notice>}
    </form>
  );
}
