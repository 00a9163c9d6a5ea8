import { useState, type FormEvent } from 'react';
import { useReturnedFocus } from './focus';

interface RiskyActionProps {
  label: string;
  /** What is read out, where `label` alone does not say whom it is about. */
  name?: string;
  /** What it means. */
  question: string;
  answer: string;
  /** Asks for a reason, under this label. */
  reason?: string;
  onDo: (reason: string) => void;
}

const MAX_REASON = 500;

/** A button that asks once more before it does what cannot easily be undone. */
export function RiskyAction({ label, name = label, question, answer, reason, onDo }: RiskyActionProps) {
  const [isAsking, setAsking] = useState(false);
  const [text, setText] = useState('');
  const opener = useReturnedFocus<HTMLButtonElement>(isAsking);
  if (!isAsking)
    return (
      <button
        ref={opener}
        type="button"
        className="button button-plain button-risky"
        aria-label={name}
        onClick={() => setAsking(true)}
      >
        {label}
      </button>
    );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsking(false);
    setText('');
    onDo(text.trim());
  };
  return (
    <form
      className="row-question"
      aria-label={name}
      onSubmit={submit}
      onKeyDown={({ key }) => key === 'Escape' && setAsking(false)}
    >
      <p>{question}</p>
      {reason !== undefined && (
        <input
          aria-label={reason}
          placeholder={reason}
          required
          maxLength={MAX_REASON}
          value={text}
          autoFocus
          onChange={({ target }) => setText(target.value)}
        />
      )}
      <button
        type="submit"
        className="button button-danger"
        autoFocus={reason === undefined}
        disabled={reason !== undefined && text.trim() === ''}
      >
        {answer}
      </button>
      <button type="button" className="button" onClick={() => setAsking(false)}>
        Cancel
      </button>
    </form>
  );
}
