import type { ReactNode } from 'react';
import { useSaid } from './announcer';

interface NoticeProps {
  children: ReactNode;
  action?: { label: string; run: () => void };
  /** `error` is read out at once, `quiet` (plain text) when nothing else is. */
  tone?: 'error' | 'quiet';
  testId?: string;
}

/** Says that something went another way than wanted, and what can be done about it. */
export function Notice({ children, action, tone = 'error', testId }: NoticeProps) {
  useSaid(tone === 'quiet' && typeof children === 'string' ? children : undefined);
  return (
    <div className={`notice notice-${tone}`} role={tone === 'error' ? 'alert' : undefined} data-testid={testId}>
      <p>{children}</p>
      {action !== undefined && (
        <button type="button" className="button" onClick={action.run}>
          {action.label}
        </button>
      )}
    </div>
  );
}

/** Something is on its way. */
export function Loading({ label }: { label: string }) {
  return (
    <p className="loading" role="status">
      <span className="loading-dots" aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      {label}
    </p>
  );
}
