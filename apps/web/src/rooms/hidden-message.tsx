import { useState } from 'react';
import { asClientError } from '@parley/client';
import { textOf } from '@parley/protocol';
import { useServices } from '../app/services';

/** The place of what somebody said who is blocked. It is looked at only when one wants to. */
export function HiddenMessage({ roomId, seq }: { roomId: string; seq: number }) {
  const { chat } = useServices();
  const [shown, setShown] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const show = (): void => {
    chat.messages(roomId, { before: seq + 1, limit: 1, blocked: 'show' }).then(
      ({ items: [item] }) =>
        setShown(item?.type === 'message' && item.seq === seq ? textOf(item.parts) : 'It is no longer there.'),
      (error: unknown) => setFailure(asClientError(error).message),
    );
  };
  return (
    <li className="message message-assistant message-hidden" data-testid="hidden-message">
      <span className="message-note">
        A message from somebody you blocked{' '}
        {shown === undefined && (
          <button type="button" className="link-button" onClick={show}>
            Show
          </button>
        )}
        {failure !== undefined && <span role="alert"> {failure}</span>}
      </span>
      {shown !== undefined && (
        <div className="message-text">
          <p>{shown}</p>
        </div>
      )}
    </li>
  );
}
