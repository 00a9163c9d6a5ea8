import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { LIMITS } from '@parley/protocol';
import { SendIcon, StopIcon } from '../ui/icons';

interface ComposerProps {
  placeholder: string;
  /** An answer is being written: it can be stopped, and the next question waits. */
  isAnswering: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
  /** A key was pressed in the field. */
  onType?: () => void;
}

/** Enter sends, Shift+Enter begins a line, Escape stops the answer. */
export function Composer({ placeholder, isAnswering, onSend, onStop, onType }: ComposerProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // As tall as what is in it, up to the limit in the stylesheet.
    const area = field.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    const message = text.trim();
    if (message === '' || isAnswering) return;
    setText('');
    onSend(message);
    field.current?.focus();
  };
  const fieldOnKeyDown = (event: KeyboardEvent): void => {
    // Enter also ends a word of an input method; that one is not for us.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
    if (event.key === 'Escape' && isAnswering) onStop();
  };
  return (
    <form className="composer" onSubmit={send}>
      <label className="visually-hidden" htmlFor="message">
        Message
      </label>
      <textarea
        id="message"
        ref={field}
        rows={1}
        data-testid="message-input"
        placeholder={placeholder}
        maxLength={LIMITS.messageCharacters}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          onType?.();
        }}
        onKeyDown={fieldOnKeyDown}
      />
      {isAnswering ? (
        <button
          type="button"
          className="button button-icon button-primary"
          aria-label="Stop the answer"
          title="Stop the answer (Escape)"
          data-testid="stop"
          onClick={onStop}
        >
          <StopIcon />
        </button>
      ) : (
        <button
          type="submit"
          className="button button-icon button-primary"
          aria-label="Send"
          title="Send (Enter)"
          data-testid="send"
          // Not `disabled`, which would take the focus away from it as it empties the field.
          aria-disabled={text.trim() === ''}
        >
          <SendIcon />
        </button>
      )}
    </form>
  );
}
