import { useState } from 'react';
import type { VoiceCall } from '@parley/client';
import { useObservable } from '@parley/client/react';
import { figuresOf, reportOf } from './connection-report';

/** For the curious: how the call goes, in numbers, and a report to hand on to support. */
export function ConnectionPanel({ call }: { call: VoiceCall }) {
  const [copied, setCopied] = useState<'copied' | 'failed'>();
  useObservable(call.statistics);
  const copy = (): void =>
    void navigator.clipboard.writeText(reportOf(call)).then(
      () => setCopied('copied'),
      () => setCopied('failed'),
    );
  return (
    <details className="connection" data-testid="connection-panel">
      <summary>Connection</summary>
      <dl className="figures">
        {figuresOf(call).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={copy}>
        Copy a report
      </button>
      <span className="field-hint" role="status">
        {copied === 'copied' && 'Copied. Nothing you said is in it.'}
        {copied === 'failed' && 'Your browser does not allow that here.'}
      </span>
    </details>
  );
}
