import { Body, Controller, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import type { AssistantCatalog, Switches, UsageLedger } from '@parley/assistants';
import { Roles } from '@parley/auth';
import { adminUsageSchema, assistantSwitchSchema, usageQuerySchema, type AdminUsageAnswer } from '@parley/protocol';
import type { z } from 'zod';
import { Answers } from './openapi/answers';
import { ASSISTANTS, SWITCHES, USAGE } from './ports';
import { priced } from './usage-answers';

/** What the product's admins see and switch. */
@Roles('admins')
@Controller('api/admin')
export class AdminController {
  constructor(
    @Inject(USAGE) private readonly usage: UsageLedger,
    @Inject(SWITCHES) private readonly switches: Switches,
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
  ) {}

  @Answers('What everybody used, by day', adminUsageSchema)
  @Get('usage')
  async all(@Query({ schema: usageQuerySchema }) days: z.output<typeof usageQuerySchema>): Promise<AdminUsageAnswer> {
    const sums = await this.usage.ofAll(days);
    return priced(sums.map(({ principalId: principal, ...sum }) => ({ ...sum, principal })));
  }

  /** Everywhere within five seconds. Answers that are being written are written to their end. */
  @Answers('Switches an assistant on or off')
  @Put('assistants/:id')
  @HttpCode(204)
  async switch(
    @Param('id') id: string,
    @Body({ schema: assistantSwitchSchema }) { enabled }: z.output<typeof assistantSwitchSchema>,
  ): Promise<void> {
    await this.switches.set(this.assistants.get(id).id, enabled);
  }
}
