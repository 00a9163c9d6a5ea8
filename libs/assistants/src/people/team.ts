import type { Rooms } from '@parley/conversations';
import type { Author } from '@parley/protocol';
import type { People } from '../domain/people';

/** People of the product, called into a conversation as members of the room that it becomes. */
export class Team implements People {
  constructor(
    private readonly rooms: Pick<Rooms, 'bringIn'>,
    private readonly members: readonly Author[],
  ) {}

  async bringIn(principalId: string, conversationId: string): Promise<string[]> {
    await this.rooms.bringIn(principalId, conversationId, this.members);
    return this.members.map(({ name }) => name);
  }
}

/**
 * The team as a service is told of it (`HAND_OVER_TO`): `<sub>=<name>`, several with commas between. Undefined where nobody
 * is named: then nobody can be called.
 *
 * @throws TypeError for anything else
 */
export function teamOf(text: string | undefined, rooms: Pick<Rooms, 'bringIn'>): Team | undefined {
  const members = membersOf(text ?? '');
  return members.length === 0 ? undefined : new Team(rooms, members);
}

/** What `HAND_OVER_TO` looks like, for a service's own check of its configuration. */
export const TEAM = /^\s*([^\s=,]+\s*=[^=,]+(,\s*[^\s=,]+\s*=[^=,]+)*)?$/;

function membersOf(text: string): Author[] {
  if (!TEAM.test(text)) throw new TypeError('the team is given as <sub>=<name>, several with commas between');
  return text
    .split(',')
    .filter((member) => member.trim() !== '')
    .map((member) => member.split('=').map((part) => part.trim()))
    .map(([id, name]) => ({ kind: 'user', id: id!, name: name! }));
}
