import { useCallback } from 'react';
import type { AdminClient } from '@parley/client';
import { textOf, type ReportList } from '@parley/protocol';
import { whenOf } from '../list/when';
import { RiskyAction } from '../ui/risky-action';
import { More } from '../ui/more';
import { Section } from './section';
import { useAct } from './use-act';
import { usePages } from '../ui/use-pages';
import { shortOf } from './words';

type Report = ReportList['items'][number];

/** What members reported, with the message as it reads now. */
export function Reports({ admin, onAct }: { admin: AdminClient; onAct: () => void }) {
  const pages = usePages<Report>(
    useCallback((cursor, signal) => admin.reports({ limit: 20, cursor, signal }), [admin]),
  );
  const { act, said } = useAct(() => {
    pages.reload();
    onAct();
  });
  return (
    <Section id="admin-reports" title="Reports" loaded={pages.loaded} reload={pages.reload}>
      {() => (
        <>
          {said}
          {pages.items.length === 0 && <p className="page-empty">Nothing was reported.</p>}
          <ul className="admin-rows">
            {pages.items.map((report) => (
              <ReportRow
                key={report.id}
                report={report}
                onRemove={(reason) => {
                  const { conversationId, messageId = '' } = report;
                  act(() => admin.removeContent({ conversationId, messageId, reason }), 'The message is removed.');
                }}
                onBan={(reason) =>
                  act(() => admin.ban(report.principalId, reason), 'Banned, everywhere within seconds.')
                }
              />
            ))}
          </ul>
          <More pages={pages} label="Show older reports" />
        </>
      )}
    </Section>
  );
}

interface ReportRowProps {
  report: Report;
  onRemove: (reason: string) => void;
  onBan: (reason: string) => void;
}

function ReportRow({ report, onRemove, onBan }: ReportRowProps) {
  const { by, at, reason, message, messageId, principalId, name } = report;
  const whom = name ?? shortOf(principalId);
  return (
    <li className="admin-row admin-report">
      <p>
        <strong>{whom}</strong> was reported by {by.name}: {reason}{' '}
        <time className="field-hint" dateTime={at}>
          {whenOf(at)}
        </time>
      </p>
      {message !== undefined && <blockquote>{textOf(message.parts)}</blockquote>}
      {message === undefined && messageId !== undefined && (
        <p className="field-hint">The message is no longer there.</p>
      )}
      <div className="row-actions">
        {message !== undefined && (
          <RiskyAction
            label="Remove the message"
            name={`Remove the message of ${whom}`}
            question="It is gone for all who are in the room, for good."
            answer="Remove it"
            reason="Why it is removed"
            onDo={onRemove}
          />
        )}
        <RiskyAction
          label="Ban"
          name={`Ban ${whom}`}
          question={`${whom} can no longer take part anywhere, until the ban is lifted.`}
          answer="Ban"
          reason="Why somebody is banned"
          onDo={onBan}
        />
      </div>
    </li>
  );
}
