import { useState } from 'react';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { keepFocus, passFocusOn, useReturnedFocus, useTakenFocus } from './focus';

afterEach(cleanup);
const focused = () => document.activeElement?.id;

describe('where the focus goes', () => {
  let end: () => void = () => undefined;
  afterEach(() => end());
  const shown = () => {
    render(
      <main id="main" tabIndex={-1}>
        <ul id="list" tabIndex={-1}>
          <li>
            <button id="inner">Inner</button>
          </li>
        </ul>
        <button id="other">Other</button>
      </main>,
    );
    end = keepFocus(document.body);
    document.getElementById('inner')!.focus();
  };

  it('is the nearest part around what went away with it', async () => {
    shown();
    document.querySelector('li')!.remove();
    await waitFor(() => expect(focused()).toBe('list'));
  });

  it('is a part further out when the nearest went too', async () => {
    shown();
    document.getElementById('list')!.remove();
    await waitFor(() => expect(focused()).toBe('main'));
  });

  it('is left alone where something else has taken it', async () => {
    shown();
    const seen = jest.fn();
    document.addEventListener('focusin', seen);
    document.querySelector('li')!.remove();
    document.getElementById('other')!.focus();
    await Promise.resolve();
    expect(focused()).toBe('other');
    expect(seen).toHaveBeenCalledTimes(1);
    document.removeEventListener('focusin', seen);
  });
});

it('what was opened gives it back to what opened it', () => {
  function Opener() {
    const [isOpen, setOpen] = useState(false);
    const opener = useReturnedFocus<HTMLButtonElement>(isOpen);
    if (!isOpen) return <button key="opener" id="opener" ref={opener} onClick={() => setOpen(true)} children="Open" />;
    return <button key="closer" id="closer" autoFocus onClick={() => setOpen(false)} children="Close" />;
  }
  render(<Opener />);
  expect(focused()).not.toBe('opener');
  fireEvent.click(screen.getByText('Open'));
  expect(focused()).toBe('closer');
  fireEvent.click(screen.getByText('Close'));
  expect(focused()).toBe('opener');
});

it('what appears in the place of a button takes it, and takes it from nobody else', () => {
  function Taker({ isShown }: { isShown: boolean }) {
    const taker = useTakenFocus<HTMLButtonElement>(isShown);
    return isShown ? (
      <button key="taker" id="taker" ref={taker} children="Stop" />
    ) : (
      <button key="starter" id="starter" children="Start" />
    );
  }
  const { rerender } = render(<Taker key="1" isShown={false} />);
  document.getElementById('starter')!.focus();
  rerender(<Taker key="2" isShown />);
  expect(focused()).toBe('taker');

  render(<input id="field" />);
  document.getElementById('field')!.focus();
  rerender(<Taker key="3" isShown />);
  expect(focused()).toBe('field');
});

it('an item that goes hands it to the next one, then to the one before, then to the list', () => {
  render(
    <ul id="all" tabIndex={-1}>
      {['one', 'two'].map((id) => (
        <li key={id}>
          <a id={id} href="/">
            {id}
          </a>
        </li>
      ))}
    </ul>,
  );
  const leave = (id: string) => {
    const item = document.getElementById(id)!.closest('li')!;
    passFocusOn(item);
    item.remove();
  };
  document.getElementById('one')!.focus();
  leave('one');
  expect(focused()).toBe('two');
  leave('two');
  expect(focused()).toBe('all');
});
