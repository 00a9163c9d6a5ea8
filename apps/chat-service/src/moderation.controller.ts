import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { BannedList, CurrentPrincipal, Roles, type Principal } from '@parley/auth';
import type { AuditLog, ModeratedConversations, Reports } from '@parley/conversations';
import {
  auditSchema,
  banListSchema,
  banSchema,
  contentRemovalSchema,
  moderationQuerySchema,
  reportListSchema,
  type AuditAnswer,
  type BanList,
  type ModerationQuery,
  type ReportList,
} from '@parley/protocol';
import type { z } from 'zod';
import { Authors } from './chat/authors';
import { Answers } from './openapi/answers';
import { AUDIT, CONVERSATIONS, REPORTS } from './ports';

/**
 * What the product's admins see of what went wrong among people, and do about it. An act is written into the audit log once
 * it is done; when that fails the request fails too, and doing the act again is harmless.
 */
@Roles('admins')
@Controller('api/admin')
export class ModerationController {
  constructor(
    @Inject(CONVERSATIONS) private readonly conversations: ModeratedConversations,
    @Inject(REPORTS) private readonly reported: Reports,
    @Inject(AUDIT) private readonly audited: AuditLog,
    private readonly banned: BannedList,
    private readonly authors: Authors,
  ) {}

  @Answers('What was reported, newest first', reportListSchema)
  @Get('reports')
  async reports(@Query({ schema: moderationQuerySchema }) query: ModerationQuery): Promise<ReportList> {
    const { items, next } = await this.reported.list(query);
    const looked = items.map(async (report) => {
      const { conversationId, messageId, principalId } = report;
      const [message, name] = await Promise.all([
        messageId === undefined ? undefined : this.conversations.findForReview(conversationId, messageId),
        this.authors.nameOf(principalId),
      ]);
      return { ...report, ...name, ...(message === undefined ? {} : { message }) };
    });
    return { items: await Promise.all(looked), ...(next === undefined ? {} : { next }) };
  }

  @Answers('Every act of moderation, newest first', auditSchema)
  @Get('audit')
  async audit(@Query({ schema: moderationQuerySchema }) query: ModerationQuery): Promise<AuditAnswer> {
    const { items, next } = await this.audited.list(query);
    const named = items.map(async (act) => ({
      ...act,
      ...(act.whom === undefined ? {} : await this.authors.nameOf(act.whom)),
    }));
    return { items: await Promise.all(named), ...(next === undefined ? {} : { next }) };
  }

  @Answers('Deletes a message, whoever wrote it')
  @Post('removals')
  @HttpCode(204)
  async removeContent(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: contentRemovalSchema }) removal: z.output<typeof contentRemovalSchema>,
  ): Promise<void> {
    const by = await this.authors.of(principal);
    await this.conversations.removeContent(by, removal.conversationId, removal.messageId);
    await this.audited.add({ by, what: 'removeContent', ...removal });
  }

  @Answers('Who is banned', banListSchema)
  @Get('bans')
  async bans(): Promise<BanList> {
    const bans = await this.banned.all();
    const named = bans.map(async ({ principalId, at }) => ({
      principalId,
      ...(await this.authors.nameOf(principalId)),
      at: new Date(at).toISOString(),
    }));
    return { items: await Promise.all(named) };
  }

  /** Everywhere within five seconds, open sockets too. */
  @Answers('Bans a principal')
  @Put('bans/:principalId')
  @HttpCode(204)
  async ban(
    @CurrentPrincipal() principal: Principal,
    @Param('principalId') whom: string,
    @Body({ schema: banSchema }) { reason }: z.output<typeof banSchema>,
  ): Promise<void> {
    await this.banned.ban(whom);
    await this.audited.add({ by: await this.authors.of(principal), what: 'ban', whom, reason });
  }

  @Answers('Lifts a ban')
  @Delete('bans/:principalId')
  @HttpCode(204)
  async lift(@CurrentPrincipal() principal: Principal, @Param('principalId') whom: string): Promise<void> {
    await this.banned.lift(whom);
    await this.audited.add({ by: await this.authors.of(principal), what: 'unban', whom });
  }
}
