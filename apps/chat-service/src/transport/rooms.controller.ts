import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import type { AssistantCatalog } from '@parley/assistants';
import { AllowGuests, CurrentPrincipal, DISPLAY_NAMES, type DisplayNames, type Principal } from '@parley/auth';
import type { ConversationStore, Rooms } from '@parley/conversations';
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
  type Conversation,
  type ConversationList,
  type InvitationAnswer,
} from '@parley/protocol';
import type { z } from 'zod';
import { Authors } from '../chat/authors';
import { withAssistantNames } from '../conversations/assistant-names';
import { known } from '../conversations/conversations.controller';
import { Answers } from '../openapi/answers';
import { ASSISTANTS, CONVERSATIONS } from '../ports';

/** `/api/rooms`: conversations of several people. Guests may be in one, and make none. */
@Controller('api/rooms')
export class RoomsController {
  constructor(
    @Inject(CONVERSATIONS) private readonly rooms: ConversationStore & Rooms,
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
    @Inject(DISPLAY_NAMES) private readonly names: DisplayNames,
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
    return { user, role };
  }

  @Answers('Takes a member out')
  @Delete(':id/members/:principalId')
  @HttpCode(204)
  remove(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Param('principalId') memberId: string,
  ): Promise<void> {
    return this.rooms.removeMember(principal.id, known(id), memberId);
  }

  @Answers('Lets a member read only, or write again')
  @Put(':id/members/:principalId/mute')
  @HttpCode(204)
  mute(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Param('principalId') memberId: string,
    @Body({ schema: muteSchema }) { muted }: z.output<typeof muteSchema>,
  ): Promise<void> {
    return this.rooms.mute(principal.id, known(id), memberId, muted);
  }

  @Answers('Closes it: nothing more can be said')
  @Post(':id/archive')
  @HttpCode(204)
  archive(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    return this.rooms.archive(principal.id, known(id));
  }

  private named(conversation: Conversation): Conversation {
    return withAssistantNames(conversation, this.assistants);
  }
}
