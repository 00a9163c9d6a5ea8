import { useConsent } from '../settings/use-consent';
import { Notice } from '../ui/notice';

/** Says before the first call what is kept of one, with a choice; gone once a word was said. Settings has it from then on. */
export function ConsentLine() {
  const { known, failure, say } = useConsent();
  if (known === undefined || known.transcripts !== undefined) return null;
  return (
    <section className="consent" aria-label="What is kept of calls" data-testid="consent-line">
      <p>
        What is said in a call is written down in the conversation, so that you can read it and go on there. The sound
        itself is never kept.{' '}
        {known.asked ? 'Nothing is written down before you agree.' : 'You can talk without that, too.'}
      </p>
      {failure !== undefined && <Notice>{failure}</Notice>}
      <div className="consent-choice">
        <button type="button" className="button" onClick={() => say(true)}>
          Write it down
        </button>
        <button type="button" className="button" onClick={() => say(false)}>
          Do not
        </button>
      </div>
    </section>
  );
}
