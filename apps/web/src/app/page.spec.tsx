import { fireEvent, screen, waitFor } from '@testing-library/react';
import { message, problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
afterEach(() => {
  closePage();
  parley.reset();
});

describe('the page of somebody who is not signed in', () => {
  beforeEach(() => {
    parley.routes['POST /api/session/refresh'] = () => problem(401, 'token_refused', 'denied', 'Sign in again');
  });

  it('offers to sign in, and leaves for the sign-in domain', async () => {
    const { left } = renderPage(parley.url, '/c/conversation-0001');
    const button = await screen.findByRole('button', { name: 'Sign in' });
    fireEvent.click(button);
    await waitFor(() => expect(left[0]).toMatch(/^https:\/\/sign-in\.example\/oauth2\/authorize\?/));
  });

  it('asks for nothing but the session', async () => {
    renderPage(parley.url);
    await screen.findByRole('button', { name: 'Sign in' });
    expect(parley.seen.map(({ route }) => route)).toEqual(['POST /api/session/refresh']);
  });

  it('says that answers are simulated', async () => {
    renderPage(parley.url);
    expect(await screen.findByText('Simulated answers')).toBeTruthy();
  });

  it('says when the sign-in service is down, and goes on when it is back', async () => {
    parley.routes['POST /api/session/refresh'] = () =>
      problem(503, 'identity_unavailable', 'unavailable', 'The sign-in service does not answer right now');
    renderPage(parley.url);
    expect((await screen.findByRole('alert')).textContent).toContain('does not answer right now');
    parley.signedIn();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Alice Anders')).toBeTruthy();
  });
});

describe('the way back from the sign-in page', () => {
  const comeBack = (state: string) => {
    const pending = { state: 'mine', nonce: 'n', verifier: 'v'.repeat(43), returnTo: '/c/conversation-0001' };
    sessionStorage.setItem('parley.signIn', JSON.stringify(pending));
    renderPage(parley.url, `/auth/callback?code=the-code&state=${state}`);
  };

  it('signs in once, and shows what the person had come for', async () => {
    parley.signedIn([message(1, 'user', 'Hello'), message(2, 'assistant', 'Hello.')]);
    parley.routes['POST /api/session/token'] = parley.routes['POST /api/session/refresh']!;
    comeBack('mine');
    await screen.findByText('Alice Anders');
    expect(location.pathname).toBe('/c/conversation-0001');
    expect(parley.seen.filter(({ route }) => route.startsWith('POST /api/session'))).toMatchObject([
      { route: 'POST /api/session/token', body: { code: 'the-code', codeVerifier: 'v'.repeat(43) } },
    ]);
  });

  it('takes no answer that this tab did not ask for', async () => {
    comeBack('somebody-elses');
    expect((await screen.findByRole('alert')).textContent).toContain('not begun in this tab');
    expect(screen.getByRole('button', { name: 'Sign in again' })).toBeTruthy();
    expect(parley.seen.map(({ route }) => route)).not.toContain('POST /api/session/token');
  });
});

describe('the page of somebody who is signed in', () => {
  it('shows an empty list as one', async () => {
    parley.signedIn();
    renderPage(parley.url);
    expect(await screen.findByText(/No conversations yet/)).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'What would you like to talk about?' })).toBeTruthy();
  });

  it('shows the name, and never the user name of the pool', async () => {
    parley.signedIn();
    renderPage(parley.url);
    expect(await screen.findByText('Alice Anders')).toBeTruthy();
    expect(screen.queryByText(/8c0e/)).toBeNull();
  });

  it('says why the list is not there, and loads it on retry', async () => {
    parley.signedIn([message(1, 'user', 'Hello')]);
    const list = parley.routes['GET /api/conversations']!;
    parley.routes['GET /api/conversations'] = () => problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    renderPage(parley.url);
    expect((await screen.findByTestId('list-error')).textContent).toContain('Not right now');
    parley.routes['GET /api/conversations'] = list;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    const link = await screen.findByRole('link', { name: /Trains/ });
    expect(link.getAttribute('href')).toBe('/c/conversation-0001');
  });

  it('says that a conversation does not exist, without telling whose it may be', async () => {
    parley.signedIn();
    parley.routes['GET /api/conversations/conversation-0001'] = () =>
      problem(404, 'conversation_not_found', 'invalid', 'There is no such conversation');
    renderPage(parley.url, '/c/conversation-0001');
    expect(await screen.findByRole('heading', { name: 'There is no such conversation' })).toBeTruthy();
  });

  it('keeps the chosen theme', async () => {
    parley.signedIn();
    renderPage(parley.url);
    fireEvent.click(await screen.findByRole('button', { name: 'Use the dark theme' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('parley.theme')).toBe('dark');
    fireEvent.click(screen.getByRole('button', { name: 'Use the light theme' }));
    expect(document.documentElement.dataset['theme']).toBe('light');
  });

  it('opens the list by its button and closes it by Escape', async () => {
    parley.signedIn();
    renderPage(parley.url);
    const button = await screen.findByTestId('menu');
    fireEvent.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
  });

  it('signs out', async () => {
    parley.signedIn();
    parley.routes['POST /api/session/logout'] = () => ({ status: 204 });
    const { left } = renderPage(parley.url);
    fireEvent.click(await screen.findByRole('button', { name: 'Sign out' }));
    expect(await screen.findByRole('button', { name: 'Sign in' })).toBeTruthy();
    expect(left).toEqual([expect.stringMatching(/^https:\/\/sign-in\.example\/logout\?client_id=spa/)]);
  });
});
