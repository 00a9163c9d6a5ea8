import { fireEvent, screen, waitFor } from '@testing-library/react';
import { answerOf, message, problem, startParley } from '../../test/fake-parley';
import { closePage, renderPage } from '../../test/render-page';
import { keepDraft, readDraft } from './drafts';
import { pageContextOf } from './page-context';
import { PROBLEMS } from './problems';
import { outputOf, summaryOf } from './run-words';

let parley: Awaited<ReturnType<typeof startParley>>;
beforeAll(async () => void (parley = await startParley()));
afterAll(() => parley.close());
afterEach(() => {
  closePage();
  parley.reset();
  localStorage.clear();
});
const [twoSum] = PROBLEMS as [(typeof PROBLEMS)[number]];

describe('the practice pages', () => {
  it('list the problems, and show one', async () => {
    parley.signedIn();
    renderPage(parley.url, '/practice');
    fireEvent.click(await screen.findByRole('link', { name: /Balanced brackets/ }));
    expect(await screen.findByRole('heading', { name: 'Balanced brackets' })).toBeTruthy();
    expect(screen.getByLabelText('An example').textContent).toContain('isBalanced("()[]{}")\n→ true');
  });

  it('say that there is no such problem, and offer the others', async () => {
    parley.signedIn();
    renderPage(parley.url, '/practice/no-such-problem');
    expect(await screen.findByRole('heading', { name: 'There is no such problem' })).toBeTruthy();
    expect(screen.getByRole('link', { name: /Two numbers/ })).toBeTruthy();
  });
});

describe('the coach', () => {
  const ask = async (text: string) => {
    fireEvent.change(await screen.findByTestId('message-input'), { target: { value: text } });
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  };

  it('is asked with the page, and the conversation is kept with the draft', async () => {
    parley.signedIn();
    parley.routes['POST /api/chat'] = () => answerOf('What does the loop do?');
    renderPage(parley.url, '/practice/two-sum');
    await ask('Help');
    expect(await screen.findByText('What does the loop do?')).toBeTruthy();
    const { body } = parley.seen.find(({ route }) => route === 'POST /api/chat')!;
    expect(body).toMatchObject({
      assistant: 'coding-coach',
      context: { problem: expect.stringContaining(twoSum.title), code: twoSum.starter, language: 'JavaScript' },
    });
    await waitFor(() =>
      expect(readDraft('u-1', 'two-sum')).toEqual({
        code: twoSum.starter,
        conversationId: (body as { id: string }).id,
      }),
    );
  });

  it('goes on with the conversation of the draft', async () => {
    parley.signedIn([message(1, 'user', 'Which line?'), message(2, 'assistant', 'The third.')]);
    keepDraft('u-1', 'two-sum', { code: '// mine', conversationId: 'conversation-0001' });
    renderPage(parley.url, '/practice/two-sum');
    expect(await screen.findByText('The third.')).toBeTruthy();
  });

  it('begins anew when that was deleted, and says when it cannot be read', async () => {
    parley.signedIn();
    const route = 'GET /api/conversations/conversation-0001';
    keepDraft('u-1', 'two-sum', { code: '// mine', conversationId: 'conversation-0001' });
    parley.routes[route] = () => problem(503, 'store_unavailable', 'unavailable', 'Not right now');
    renderPage(parley.url, '/practice/two-sum');
    expect((await screen.findByRole('alert')).textContent).toContain('Not right now');
    parley.routes[route] = () => problem(404, 'conversation_not_found', 'invalid', 'There is none');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(/Stuck\? Ask for a hint/)).toBeTruthy();
  });
});

describe('a draft', () => {
  it('is its person’s own, and nothing that is broken is taken for one', () => {
    keepDraft('u-1', 'two-sum', { code: 'mine' });
    expect(readDraft('u-1', 'two-sum')).toEqual({ code: 'mine' });
    expect(readDraft('u-2', 'two-sum')).toBeUndefined();
    for (const broken of ['{', 'null', '{"code":1}', '[]']) {
      localStorage.setItem('parley.practice.u-1.two-sum', broken);
      expect(readDraft('u-1', 'two-sum')).toBeUndefined();
    }
  });
});

describe('what the coach sees', () => {
  it('ends where the coach would take no more', () => {
    const { code, lastTestOutput } = pageContextOf(twoSum, 'x'.repeat(20_000), 'y'.repeat(5_000));
    expect([code.length, lastTestOutput!.length]).toEqual([12_000, 4_000]);
    expect(code).toMatch(/x\n\[cut here\]$/);
    expect(pageContextOf(twoSum, 'code', undefined)).not.toHaveProperty('lastTestOutput');
  });
});

describe('the words of a run', () => {
  const passed = { passed: true, threw: false, got: '[0,1]' };
  it.each([
    [{ type: 'done' } as const, '1 of 4 tests passed.'],
    [{ type: 'late' } as const, 'Stopped after 2 seconds: is there a loop that never ends? 1 of 4 tests passed.'],
    [{ type: 'broken', message: 'Uncaught SyntaxError: no', line: 3 } as const, 'SyntaxError: no (line 3). 1 of 4 tests passed.'], // prettier-ignore
    [{ type: 'lost' } as const, 'This browser could not run the code. 1 of 4 tests passed.'],
  ])('say how it ended: %j', (end, words) => {
    expect(summaryOf(twoSum, { logs: [], tests: [passed], end })).toBe(words);
  });

  it('name each test, what it expected and what came', () => {
    const threw = { passed: false, threw: true, got: 'Error: oh' };
    expect(
      outputOf(twoSum, { logs: ['a line'], tests: [passed, threw], end: { type: 'late' } })
        .split('\n')
        .slice(2),
    ).toEqual([
      'passed   twoSum([2,7,11,15], 9)',
      'failed   twoSum([3,2,4], 6)',
      '         expected [1,2], threw Error: oh',
      'not run  twoSum([3,3], 6)',
      'not run  twoSum([-5,8,1,12,4], 7)',
      '',
      'Printed:',
      'a line',
    ]);
  });
});
