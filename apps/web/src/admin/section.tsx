import type { ReactNode } from 'react';
import { Loading, Notice } from '../ui/notice';
import type { Loaded } from '../ui/use-loaded';

interface SectionProps<T> {
  id: string;
  title: string;
  lead?: string;
  loaded: Loaded<T>;
  reload: () => void;
  /** Beside the title. */
  aside?: ReactNode;
  children: (value: T) => ReactNode;
}

/** A part of the page that is loaded by itself: what one of them cannot show keeps nothing from the others. */
export function Section<T>({ id, title, lead, loaded, reload, aside, children }: SectionProps<T>) {
  return (
    <section className="card" aria-labelledby={id} tabIndex={-1}>
      <div className="admin-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {lead !== undefined && <p className="field-hint">{lead}</p>}
      {loaded.state === 'loading' && <Loading label={`Loading: ${title}`} />}
      {loaded.state === 'failed' && (
        <Notice action={{ label: 'Try again', run: reload }}>{loaded.error.message}</Notice>
      )}
      {loaded.state === 'loaded' && children(loaded.value)}
    </section>
  );
}
