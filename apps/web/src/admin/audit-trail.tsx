import { useCallback, useEffect } from 'react';
import type { AdminClient } from '@parley/client';
import type { AuditAnswer } from '@parley/protocol';
import { More } from '../ui/more';
import { Section } from './section';
import { usePages } from '../ui/use-pages';
import { actOf, shortOf } from './words';

interface AuditTrailProps {
  admin: AdminClient;
  /** How many acts were done on this page: each is a line of it. */
  acts: number;
  names: ReadonlyMap<string, string>;
}

type Act = AuditAnswer['items'][number];

/** Who did what to whom, and why. */
export function AuditTrail({ admin, acts, names }: AuditTrailProps) {
  const pages = usePages<Act>(useCallback((cursor, signal) => admin.audit({ limit: 20, cursor, signal }), [admin]));
  const { reload } = pages;
  useEffect(() => {
    if (acts > 0) reload();
  }, [acts, reload]);
  return (
    <Section id="admin-audit" title="Audit log" loaded={pages.loaded} reload={pages.reload}>
      {() => (
        <>
          {pages.items.length === 0 && <p className="page-empty">Nothing was done yet.</p>}
          <ol className="admin-rows" aria-labelledby="admin-audit">
            {pages.items.map(({ id, at, by, what, whom, name, assistant, reason }) => (
              <li key={id} className="admin-row">
                <span>
                  <strong>{by.name}</strong> {actOf(what)}
                  {assistant !== undefined && `: ${names.get(assistant) ?? assistant}`}
                  {whom !== undefined && (
                    <>
                      : <span title={whom}>{name ?? <code>{shortOf(whom)}</code>}</span>
                    </>
                  )}
                  {reason !== undefined && <q>{reason}</q>}
                </span>
                <time className="field-hint" dateTime={at}>
                  {new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}
                </time>
              </li>
            ))}
          </ol>
          <More pages={pages} label="Show older acts" />
        </>
      )}
    </Section>
  );
}
