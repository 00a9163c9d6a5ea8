import { useCallback, useState } from 'react';
import { useLocation } from 'wouter';
import { asClientError, type RoomClient, type RoomDirectory } from '@parley/client';
import type { Conversation, Member } from '@parley/protocol';
import { Notice } from '../ui/notice';
import { RiskyAction } from '../ui/risky-action';
import { useLoaded } from '../ui/use-loaded';

interface RoomSettingsProps {
  client: RoomClient;
  directory: RoomDirectory;
  room: Conversation;
  /** The person who looks at it, once that is known. */
  me: string | undefined;
  /** Something about the room is not as it was. */
  onChange: () => void;
}

/** What can be done with the people in a room and with the room itself, by whoever may do it. */
export function RoomSettings({ client, directory, room, me, onChange }: RoomSettingsProps) {
  const [, navigate] = useLocation();
  const [said, setSaid] = useState<{ text: string; tone: 'error' | 'quiet' }>();
  const people = room.members.filter(({ kind, id }) => kind !== 'assistant' && id !== me);
  const [blocked, reloadBlocked] = useLoaded(
    useCallback((signal: AbortSignal) => directory.blocked({ signal }), [directory]),
  );
  const blockedIds = new Set(blocked.state === 'loaded' ? blocked.value.map(({ principalId }) => principalId) : []);
  const isOwner = room.members.some(({ id, role }) => id === me && role === 'owner');
  const isMaker = room.members[0]?.id === me;

  const attempt = (work: () => Promise<unknown>, done: string): void => {
    setSaid(undefined);
    work().then(
      () => {
        setSaid({ text: done, tone: 'quiet' });
        onChange();
      },
      (error: unknown) => setSaid({ text: asClientError(error).message, tone: 'error' }),
    );
  };
  const setBlocked = ({ id, name }: Member, isBlocked: boolean): void =>
    attempt(
      async () => {
        await (isBlocked ? directory.block(id) : directory.unblock(id));
        reloadBlocked();
        await client.readAgain();
      },
      isBlocked ? `You hear nothing of ${name} any more.` : `You hear ${name} again.`,
    );
  const leave = (): void =>
    attempt(() => directory.leave(room.id).then(() => navigate('/rooms')), 'You left the room.');

  return (
    <details className="room-settings">
      <summary className="button">People and settings</summary>
      <ul className="room-members" aria-label="Members" tabIndex={-1}>
        {people.length === 0 && <li className="row-text">Nobody else is in the room.</li>}
        {people.map((person) => (
          <MemberRow
            key={person.id}
            person={person}
            isOwner={isOwner && person.id !== room.members[0]?.id}
            onMute={(muted) =>
              attempt(
                () => directory.mute(room.id, person.id, muted),
                `${person.name} ${muted ? 'can read only' : 'may write again'}.`,
              )
            }
            onRemove={() =>
              attempt(() => directory.removeMember(room.id, person.id), `${person.name} is no longer in the room.`)
            }
            isBlocked={blockedIds.has(person.id)}
            onBlock={(isBlocked) => setBlocked(person, isBlocked)}
            onReport={(reason) =>
              attempt(
                () => directory.report(room.id, { principalId: person.id, reason }),
                'Thank you. The people who run this site will look at it.',
              )
            }
          />
        ))}
      </ul>
      <div className="row-actions">
        {isOwner && room.archived !== true && (
          <RiskyAction
            label="Archive the room"
            question="Nothing more can be said in it, for good. It can still be read."
            answer="Archive it"
            onDo={() => attempt(() => directory.archive(room.id), 'The room is archived.')}
          />
        )}
        {!isMaker && (
          <RiskyAction
            label="Leave the room"
            question="You hear nothing of it any more. You may need an invitation to come back."
            answer="Leave it"
            onDo={leave}
          />
        )}
      </div>
      {said !== undefined && <Notice tone={said.tone}>{said.text}</Notice>}
    </details>
  );
}

interface MemberRowProps {
  person: Member;
  isOwner: boolean;
  onMute: (muted: boolean) => void;
  onRemove: () => void;
  isBlocked: boolean;
  onBlock: (isBlocked: boolean) => void;
  onReport: (reason: string) => void;
}

function MemberRow({ person: { name }, isOwner, isBlocked, onMute, onRemove, onBlock, onReport }: MemberRowProps) {
  return (
    <li className="room-member">
      <span>{name}</span>
      <span className="row-actions">
        {isOwner && (
          <>
            <button
              type="button"
              className="button button-plain"
              aria-label={`Mute ${name}`}
              onClick={() => onMute(true)}
            >
              Mute
            </button>
            <button
              type="button"
              className="button button-plain"
              aria-label={`Unmute ${name}`}
              onClick={() => onMute(false)}
            >
              Unmute
            </button>
            <RiskyAction
              label="Remove"
              name={`Remove ${name}`}
              question={`${name} hears nothing of this room any more and comes back by invitation only.`}
              answer="Remove"
              onDo={onRemove}
            />
          </>
        )}
        {isBlocked ? (
          <button
            type="button"
            className="button button-plain"
            aria-label={`Unblock ${name}`}
            onClick={() => onBlock(false)}
          >
            Unblock
          </button>
        ) : (
          <RiskyAction
            label="Block"
            name={`Block ${name}`}
            question={`What ${name} says is hidden from you, in every room. ${name} is not told.`}
            answer="Block"
            onDo={() => onBlock(true)}
          />
        )}
        <RiskyAction
          label="Report"
          name={`Report ${name}`}
          question={`Tell the people who run this site about ${name}.`}
          answer="Report"
          reason="What is wrong?"
          onDo={onReport}
        />
      </span>
    </li>
  );
}
