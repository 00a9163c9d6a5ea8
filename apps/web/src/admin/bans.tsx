import { useCallback, useEffect, useState, type FormEvent } from 'react';
import type { AdminClient } from '@parley/client';
import { whenOf } from '../list/when';
import { useLoaded } from '../ui/use-loaded';
import { Section } from './section';
import { useAct } from './use-act';

interface BansProps {
  admin: AdminClient;
  /** How many acts were done on this page: each may be a ban. */
  acts: number;
  onAct: () => void;
}

/** Who may no longer take part; to ban somebody by id, and to lift a ban. */
export function Bans({ admin, acts, onAct }: BansProps) {
  const [bans, reload] = useLoaded(useCallback((signal: AbortSignal) => admin.bans({ signal }), [admin]));
  useEffect(() => {
    if (acts > 0) reload();
  }, [acts, reload]);
  const { act, said } = useAct(onAct);
  return (
    <Section id="admin-bans" title="Bans" loaded={bans} reload={reload}>
      {({ items }) => (
        <>
          <BanForm onBan={(id, reason) => act(() => admin.ban(id, reason), 'Banned, everywhere within seconds.')} />
          {said}
          {items.length === 0 && <p className="page-empty">Nobody is banned.</p>}
          <ul className="admin-rows">
            {items.map(({ principalId, name, at }) => (
              <li key={principalId} className="admin-row">
                <span>
                  {name !== undefined && <strong>{name} </strong>}
                  <code>{principalId}</code>{' '}
                  <span className="field-hint">
                    since <time dateTime={at}>{whenOf(at)}</time>
                  </span>
                </span>
                <button
                  type="button"
                  className="button button-plain"
                  aria-label={`Lift the ban of ${name ?? principalId}`}
                  onClick={() => act(() => admin.liftBan(principalId), 'The ban is lifted.')}
                >
                  Lift the ban
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
}

const ID_CHARACTERS = 256;
const REASON_CHARACTERS = 500;

function BanForm({ onBan }: { onBan: (principalId: string, reason: string) => void }) {
  const [id, setId] = useState('');
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (id.trim() === '' || reason.trim() === '') return;
    onBan(id.trim(), reason.trim());
    setId('');
    setReason('');
  };
  return (
    <form className="row-form" aria-label="Ban somebody" onSubmit={submit}>
      <input
        aria-label="Id of a person"
        placeholder="Id of a person"
        required
        maxLength={ID_CHARACTERS}
        value={id}
        onChange={({ target }) => setId(target.value)}
      />
      <input
        aria-label="Why"
        placeholder="Why"
        required
        maxLength={REASON_CHARACTERS}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      <button type="submit" className="button button-danger">
        Ban
      </button>
    </form>
  );
}
