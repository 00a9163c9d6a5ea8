import { Link } from 'wouter';
import type { SessionState } from '@parley/client';
import { useServices } from '../app/services';
import { Logo, MicrophoneIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { SimulatedBadge } from '../ui/simulated-badge';
import { ThemeToggle } from '../ui/theme-toggle';

type Failure = Extract<SessionState, { name: 'failed' }>;

/** What somebody sees who is not signed in; with `failure`, who could not be. */
export function Landing({ failure }: { failure?: Failure }) {
  const { session } = useServices();
  usePageTitle(undefined);
  return (
    <div className="landing">
      <header className="landing-head">
        <span className="brand">
          <Logo /> Parley
        </span>
        <SimulatedBadge />
        <ThemeToggle />
      </header>
      <main className="landing-main">
        <div className="landing-words">
          <h1>Say it, read it, and pick it up again.</h1>
          <p className="lead">
            Talk with an assistant as you would on the phone. What was said is there to read, and you can go on in
            writing, or the other way round.
          </p>
          {failure !== undefined && (
            <Notice action={{ label: 'Try again', run: () => void session.restore() }} testId="session-error">
              {failure.error.message}
              {failure.retrying && ' Trying again by itself.'}
            </Notice>
          )}
          <button
            type="button"
            className="button button-primary button-large"
            data-testid="sign-in"
            onClick={() => void session.signIn()}
          >
            Sign in
          </button>
          <p>
            Or <Link href="/shop">visit a shop</Link> and ask there, without an account.
          </p>
        </div>
        <Sample />
      </main>
    </div>
  );
}

/** A made-up conversation, as a picture of what this is. */
function Sample() {
  return (
    <figure className="sample" aria-hidden="true">
      <div className="message message-user">
        <span className="message-mark">
          <MicrophoneIcon /> Spoken
        </span>
        <p>When does the exhibition close on Sunday?</p>
      </div>
      <div className="message message-assistant">
        <p>At six. The last entry is at a quarter past five.</p>
      </div>
      <div className="message message-user">
        <p>And put the address in here, please.</p>
      </div>
      <div className="message message-assistant">
        <p>
          <strong>Harbour Hall</strong>, 12 Quay Street
        </p>
      </div>
    </figure>
  );
}
