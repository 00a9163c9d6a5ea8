import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { AssistantCatalog } from '@parley/assistants';
import { AllowGuests, CurrentPrincipal, type Principal } from '@parley/auth';
import type { AuditLog, ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import {
  conversationListSchema,
  conversationSchema,
  entryPageSchema,
  exportSchema,
  conversationIdSchema,
  exportQuerySchema,
  createConversationSchema,
  listQuerySchema,
  messagesQuerySchema,
  renameConversationSchema,
  type Act,
  type Conversation,
  type ConversationList,
  type EntryPage,
} from '@parley/protocol';
import type { Response } from 'express';
import type { z } from 'zod';
import { Answers } from '../openapi/answers';
import { Authors } from '../chat/authors';
import { ASSISTANTS, AUDIT, CONVERSATIONS } from '../ports';
import { withAssistantNames } from './assistant-names';
import { fileNameOf, markdownOf, readAll } from './export';

/** `/api/conversations`: the person's conversations and what was said in them, by voice and in text alike. */
@Controller('api/conversations')
@AllowGuests()
export class ConversationsController {
  constructor(
    @Inject(CONVERSATIONS) private readonly conversations: ConversationStore,
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
    @Inject(AUDIT) private readonly audited: Pick<AuditLog, 'add'>,
    private readonly authors: Authors,
  ) {}

  @Answers('The caller’s conversations, newest first', conversationListSchema)
  @Get()
  list(
    @CurrentPrincipal() { id }: Principal,
    @Query({ schema: listQuerySchema }) query: z.output<typeof listQuerySchema>,
  ): Promise<ConversationList> {
    return this.conversations.list(id, query);
  }

  @Answers('Makes a conversation', conversationSchema)
  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createConversationSchema }) { title, assistant }: z.output<typeof createConversationSchema>,
  ): Promise<Conversation> {
    const author = await this.authors.of(principal);
    const guest = principal.kind === 'guest';
    const draft = {
      assistant: this.assistants.get(assistant, { guest }).id,
      ...(title === undefined ? {} : { title }),
    };
    return this.named(await this.conversations.create(author, draft));
  }

  @Answers('A conversation', conversationSchema)
  @Get(':id')
  async get(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<Conversation> {
    return this.named(await this.conversations.get(principal.id, known(id)));
  }

  @Answers('Renames it', conversationSchema)
  @Patch(':id')
  async rename(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body({ schema: renameConversationSchema }) { title }: z.output<typeof renameConversationSchema>,
  ): Promise<Conversation> {
    const renamed = await this.conversations.rename(principal.id, known(id), title);
    if (renamed.kind === 'room') await this.audit(principal, 'rename', id);
    return this.named(renamed);
  }

  @Answers('Deletes it with everything in it')
  @Delete(':id')
  @HttpCode(204)
  async remove(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    // Written down before: of a room that is gone the same request again would find nothing.
    if (await this.ownsRoom(principal.id, known(id))) await this.audit(principal, 'delete', id);
    await this.conversations.remove(principal.id, id);
  }

  @Answers('A page of what was said', entryPageSchema)
  @Get(':id/messages')
  messages(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Query({ schema: messagesQuerySchema }) query: z.output<typeof messagesQuerySchema>,
  ): Promise<EntryPage> {
    return this.conversations.page(principal.id, known(id), query);
  }

  /** Everything that was said, as a file. */
  @Answers('All of it as a file', exportSchema, { media: ['text/markdown'] })
  @Get(':id/export')
  async export(
    @CurrentPrincipal() { id: principalId }: Principal,
    @Param('id') id: string,
    @Query({ schema: exportQuerySchema }) { format }: z.output<typeof exportQuerySchema>,
    @Res() response: Response,
  ): Promise<void> {
    const conversation = await this.conversations.get(principalId, known(id));
    const messages = await readAll(this.conversations, principalId, id);
    const extension = format === 'json' ? 'json' : 'md';
    response
      .type(format === 'json' ? 'application/json' : 'text/markdown')
      .set('content-disposition', `attachment; filename="${fileNameOf(conversation.title)}.${extension}"`)
      .set('cache-control', 'no-store')
      .send(
        format === 'json'
          ? JSON.stringify({ conversation: this.named(conversation), messages })
          : markdownOf(conversation, messages),
      );
  }

  /** Not one that is being deleted: its line was written then. */
  private async ownsRoom(principalId: string, id: string): Promise<boolean> {
    try {
      const { kind, members } = await this.conversations.get(principalId, id);
      return kind === 'room' && members[0]?.id === principalId;
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'conversation_not_found') return false;
      throw error;
    }
  }

  private async audit(principal: Principal, what: Act['what'], conversationId: string): Promise<void> {
    await this.audited.add({ by: await this.authors.of(principal), what, conversationId });
  }

  private named(conversation: Conversation): Conversation {
    return withAssistantNames(conversation, this.assistants);
  }
}

/** An id that cannot be one is answered like one that nobody has. */
export function known(id: string): string {
  if (conversationIdSchema.safeParse(id).success) return id;
  throw new ParleyError('conversation_not_found');
}
