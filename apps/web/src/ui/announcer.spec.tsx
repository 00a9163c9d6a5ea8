import { act, cleanup, render, screen } from '@testing-library/react';
import { AnnouncerProvider, useSaid } from './announcer';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

const Says = ({ text }: { text?: string }) => (useSaid(text), null);
const page = (...texts: (string | undefined)[]) => (
  <AnnouncerProvider>
    {texts.map((text, n) => (
      <Says key={n} text={text} />
    ))}
  </AnnouncerProvider>
);
const said = () => [...screen.getByTestId('announcer').children].map(({ textContent }) => textContent);

describe('what is said to those who listen', () => {
  it('is said when it becomes something else, in a region that was there before', () => {
    const { rerender } = render(page(undefined));
    const region = screen.getByTestId('announcer');
    expect(said()).toEqual([]);
    rerender(page('Connecting…'));
    rerender(page('Connecting…'));
    rerender(page('Listening'));
    expect(said()).toEqual(['Connecting…', 'Listening']);
    expect(screen.getByTestId('announcer')).toBe(region);
  });

  it('is said once when two places know it', () => {
    render(page('It is full', 'It is full'));
    expect(said()).toEqual(['It is full']);
  });

  it('is not there for long, and can be said again', () => {
    const { rerender } = render(page('Listening'));
    act(() => jest.advanceTimersByTime(7_000));
    expect(said()).toEqual([]);
    rerender(page(undefined));
    rerender(page('Listening'));
    expect(said()).toEqual(['Listening']);
  });
});
