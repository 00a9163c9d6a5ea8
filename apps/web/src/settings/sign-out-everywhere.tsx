import { useState } from 'react';
import { asClientError } from '@parley/client';
import { useServices } from '../app/services';
import { Notice } from '../ui/notice';
import { RiskyAction } from '../ui/risky-action';

/** For a device that was lost, or a session left open somewhere. */
export function SignOutEverywhere() {
  const { session } = useServices();
  const [failure, setFailure] = useState<string>();
  const signOut = (): void => {
    setFailure(undefined);
    session
      .signOut({ everywhere: true })
      .catch((error: unknown) => setFailure(`You are still signed in. ${asClientError(error).message}`));
  };
  return (
    <section className="card" aria-labelledby="settings-session">
      <h2 id="settings-session">Where you are signed in</h2>
      <p className="field-hint">Did you lose a device, or leave one signed in?</p>
      <RiskyAction
        label="Sign out on every device"
        question="You are signed out here and on every other device, and your calls end."
        answer="Sign out everywhere"
        onDo={signOut}
      />
      {failure !== undefined && <Notice>{failure}</Notice>}
    </section>
  );
}
