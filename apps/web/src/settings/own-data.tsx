import { useState } from 'react';
import { asClientError, eraseEverything } from '@parley/client';
import { useServices } from '../app/services';
import { Notice } from '../ui/notice';
import { RiskyAction } from '../ui/risky-action';
import { useConsent } from './use-consent';

const WHAT_GOES =
  'Everything you left is erased for good: your conversations, what you said in rooms of others, transcripts, your name here and what you used. You are signed out everywhere. Nobody can bring it back. What stays: your account to sign in, the names of rooms with others in them, and, without your name, logs and the record of acts, reports, bans and blocks.';

/** What is kept of the person: transcripts of calls, if he likes, and the end of all of it. Kept with the account. */
export function OwnData() {
  const { session, baseUrl } = useServices();
  const { known, failure: unsaid, say } = useConsent();
  const [failure, setFailure] = useState<string>();

  const erase = async (): Promise<void> => {
    setFailure(undefined);
    try {
      await eraseEverything({ tokenSource: session, baseUrl });
      await session.signOut();
    } catch (error) {
      setFailure(asClientError(error).message);
    }
  };
  return (
    <section className="card" aria-labelledby="settings-data">
      <h2 id="settings-data">What is kept of you</h2>
      <p className="field-hint">With your account, not in this browser.</p>
      {known !== undefined && (
        <fieldset className="choices">
          <legend>What is said in calls</legend>
          {[true, false].map((transcripts) => (
            <label key={String(transcripts)} className="choice">
              <input
                type="radio"
                name="transcripts"
                checked={(known.transcripts ?? !known.asked) === transcripts}
                onChange={() => say(transcripts)}
              />
              {transcripts ? 'Is written down in the conversation' : 'Is not written down'}
            </label>
          ))}
          <p className="field-hint">The sound itself is never kept. It counts from the next call on.</p>
        </fieldset>
      )}
      {unsaid !== undefined && <Notice>{unsaid}</Notice>}
      <RiskyAction
        label="Erase everything I left"
        question={WHAT_GOES}
        answer="Erase everything"
        onDo={() => void erase()}
      />
      {failure !== undefined && <Notice>{failure}</Notice>}
    </section>
  );
}
