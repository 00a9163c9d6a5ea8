import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { UsageLedger } from '@parley/assistants';
import { AllowGuests, CurrentPrincipal, type Principal } from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import {
  usageSchema,
  conversationUsageSchema,
  usageQuerySchema,
  type ConversationUsageAnswer,
  type UsageAnswer,
} from '@parley/protocol';
import type { z } from 'zod';
import { Answers } from './openapi/answers';
import { known } from './conversations/conversations.controller';
import { CONVERSATIONS, USAGE } from './ports';
import { priced } from './usage-answers';

/** What a person used. */
@Controller('api')
@AllowGuests()
export class UsageController {
  constructor(
    @Inject(USAGE) private readonly usage: UsageLedger,
    @Inject(CONVERSATIONS) private readonly conversations: ConversationStore,
  ) {}

  @Answers('What the caller used, by day', usageSchema)
  @Get('usage')
  async own(
    @CurrentPrincipal() { id }: Principal,
    @Query({ schema: usageQuerySchema }) days: z.output<typeof usageQuerySchema>,
  ): Promise<UsageAnswer> {
    const sums = await this.usage.ofPrincipal(id, days);
    return priced(sums.map(({ principalId: _, ...sum }) => sum));
  }

  @Answers('What each answer and each call of a conversation took', conversationUsageSchema)
  @Get('conversations/:id/usage')
  async ofConversation(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
  ): Promise<ConversationUsageAnswer> {
    await this.conversations.get(principal.id, known(id));
    const records = await this.usage.ofConversation(id);
    return priced(
      records.map(({ id: message, assistant, model, inputTokens, outputTokens, isEstimated }) => ({
        id: message,
        assistant,
        model,
        inputTokens,
        outputTokens,
        isEstimated,
      })),
    );
  }
}
