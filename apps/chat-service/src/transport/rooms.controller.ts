import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import type { AssistantCatalog } from '@parley/assistants';
import { AllowGuests, CurrentPrincipal, DISPLAY_NAMES, type DisplayNames, type Principal } from '@parley/auth';
import type { AuditLog, ConversationStore, Reports, Rooms } from '@parley/conversations';
import {
  addMemberSchema,
  conversationListSchema,
  conversationSchema,
  createRoomSchema,
  invitationSchema,
  joinRoomRequestSchema,
  listQuerySchema,
  memberAddedSchema,
  muteSchema,
  reportRequestSchema,
  type Act,
  type Conversation,
  type ConversationList,
  type InvitationAnswer,
} from '@parley/protocol';
import type { z } from 'zod';
import { Authors } from '../chat/authors';
import { withAssistantNames } from '../conversations/assistant-names';
import { known } from '../conversations/conversations.controller';
import { Answers } from '../openapi/answers';
import { ParleyError } from '@parley/errors';
import { ASSISTANTS, AUDIT, CONVERSATIONS, REPORTS } from '../ports';

/** `/api/rooms`: conversations of several people. Guests may be in one, and make none. */
@Controller('api/rooms')
export class RoomsController {
  constructor(
    @Inject(CONVERSATIONS) private readonly rooms: ConversationStore & Rooms,
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
    @Inject(DISPLAY_NAMES) private readonly names: DisplayNames,
    @Inject(REPORTS) private readonly reports: Reports,
    @Inject(AUDIT) private readonly audited: AuditLog,
    private readonly authors: Authors,
  ) {}

  @Answers('Makes a room', conversationSchema)
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createRoomSchema }) { title, open, guests, assistant }: z.output<typeof createRoomSchema>,
  ): Promise<Conversation> {
    const draft = {
      ...{ kind: 'room' as const, title, open, guests },
      ...(assistant === undefined ? {} : { assistant: this.assistants.get(assistant).id }),
    };
    return this.named(await this.rooms.create(await this.authors.of(principal), draft));
  }

  @Answers('The caller’s rooms, newest first', conversationListSchema)
  @AllowGuests()
  @Get()
  list(
    @CurrentPrincipal() { id }: Principal,
    @Query({ schema: listQuerySchema }) query: z.output<typeof listQuerySchema>,
  ): Promise<ConversationList> {
    return this.rooms.list(id, { ...query, kind: 'room' });
  }

  @Answers('An invitation, good once and for seven days', invitationSchema)
  @Post(':id/invitations')
  async invite(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<InvitationAnswer> {
    const { invitation, expiresAt } = await this.rooms.invite(principal.id, known(id));
    await this.audit(principal, 'invite', id);
    return { invitation, expiresAt: new Date(expiresAt).toISOString() };
  }

  @Answers('Makes the caller a member', conversationSchema)
  @AllowGuests()
  @Post(':id/join')
  @HttpCode(200)
  async join(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body({ schema: joinRoomRequestSchema }) { invitation }: z.output<typeof joinRoomRequestSchema>,
  ): Promise<Conversation> {
    return this.named(await this.rooms.join(await this.authors.of(principal), known(id), invitation));
  }

  @Answers('Takes the caller out')
  @AllowGuests()
  @Post(':id/leave')
  @HttpCode(204)
  leave(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.rooms.removeMember(principal.id, known(id), principal.id);
  }

  /** Somebody whom this product has never seen is answered alike: nobody learns here who has an account. */
  @Answers('Admits a user', memberAddedSchema)
  @Post(':id/members')
  async add(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body({ schema: addMemberSchema }) { user, role }: z.output<typeof addMemberSchema>,
  ): Promise<z.output<typeof memberAddedSchema>> {
    const name = await this.names.get({ kind: 'user', id: user, expiresAt: principal.expiresAt });
    // The right to do so is asked for either way.
    const author = await this.authors.of(principal);
    await this.rooms.addMember(
      principal.id,
      known(id),
      name === undefined ? author : { kind: 'user', id: user, name },
      name === undefined ? 'owner' : role,
    );
    if (name !== undefined) await this.audit(principal, 'addMember', id, user);
    return { user, role };
  }

  @Answers('Takes a member out')
  @Delete(':id/members/:principalId')
  @HttpCode(204)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Param('principalId') memberId: string,
  ): Promise<void> {
    await this.rooms.removeMember(principal.id, known(id), memberId);
    await this.audit(principal, 'removeMember', id, memberId);
  }

  @Answers('Lets a member read only, or write again')
  @Put(':id/members/:principalId/mute')
  @HttpCode(204)
  async mute(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Param('principalId') memberId: string,
    @Body({ schema: muteSchema }) { muted }: z.output<typeof muteSchema>,
  ): Promise<void> {
    await this.rooms.mute(principal.id, known(id), memberId, muted);
    await this.audit(principal, muted ? 'mute' : 'unmute', id, memberId);
  }

  @Answers('Closes it: nothing more can be said')
  @Post(':id/archive')
  @HttpCode(204)
  async archive(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    await this.rooms.archive(principal.id, known(id));
    await this.audit(principal, 'archive', id);
  }

  @Answers('Tells the product’s admins of a message or a member')
  @AllowGuests()
  @Post(':id/reports')
  @HttpCode(204)
  async report(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body({ schema: reportRequestSchema }) { reason, ...named }: z.output<typeof reportRequestSchema>,
  ): Promise<void> {
    const by = await this.authors.of(principal);
    const principalId = await this.reportedIn(principal.id, known(id), named);
    const what = {
      conversationId: id,
      ...(named.messageId === undefined ? {} : { messageId: named.messageId }),
      ...{ by, reason },
    };
    if (await this.reports.add({ ...what, principalId }))
      await this.audited.add({ ...what, what: 'report', whom: principalId });
  }

  /** @throws ParleyError `conversation_not_found`; `not_found` for what the reporter cannot see */
  private async reportedIn(
    reporterId: string,
    id: string,
    { messageId, principalId }: { messageId?: string | undefined; principalId?: string | undefined },
  ): Promise<string> {
    const whom =
      messageId === undefined
        ? (await this.rooms.get(reporterId, id)).members.find((member) => member.id === principalId)
        : (await this.rooms.findMessage(reporterId, id, messageId))?.author;
    if (whom === undefined) throw new ParleyError('not_found');
    return whom.id;
  }

  private async audit(principal: Principal, what: Act['what'], conversationId: string, whom?: string): Promise<void> {
    const by = await this.authors.of(principal);
    await this.audited.add({ by, what, conversationId, ...(whom === undefined ? {} : { whom }) });
  }

  private named(conversation: Conversation): Conversation {
    return withAssistantNames(conversation, this.assistants);
  }
}
