import { Body, Controller, Get, HttpCode, Inject, Param, Put, Query } from '@nestjs/common';
import type { AssistantCatalog, Ceilings, Switches, UsageLedger } from '@parley/assistants';
import { CONNECTION_REGISTRY, CurrentPrincipal, Roles, type ConnectionRegistry, type Principal } from '@parley/auth';
import type { AuditLog, LiveCalls } from '@parley/conversations';
import {
  adminUsageSchema,
  assistantStateListSchema,
  assistantSwitchSchema,
  ceilingListSchema,
  connectionCountsSchema,
  liveCallListSchema,
  usageQuerySchema,
  type AdminUsageAnswer,
  type AssistantStateList,
  type CeilingList,
  type ConnectionCounts,
  type LiveCallList,
} from '@parley/protocol';
import type { z } from 'zod';
import { Authors } from './chat/authors';
import { Answers } from './openapi/answers';
import { ASSISTANTS, AUDIT, CEILINGS, LIVE_CALLS, SWITCHES, USAGE } from './ports';
import { priced } from './usage-answers';

/** What the product's admins see of its use, and switch. */
@Roles('admins')
@Controller('api/admin')
export class AdminController {
  constructor(
    @Inject(USAGE) private readonly usage: UsageLedger,
    @Inject(SWITCHES) private readonly switches: Switches,
    @Inject(CEILINGS) private readonly ceilings: Pick<Ceilings, 'today'>,
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
    @Inject(LIVE_CALLS) private readonly liveCalls: LiveCalls,
    @Inject(CONNECTION_REGISTRY) private readonly connected: Pick<ConnectionRegistry, 'processes'>,
    @Inject(AUDIT) private readonly audited: AuditLog,
    private readonly authors: Authors,
  ) {}

  @Answers('The calls that go on now, the oldest first', liveCallListSchema)
  @Get('calls')
  async calls(): Promise<LiveCallList> {
    const calls = await this.liveCalls.all();
    const named = calls.map(async ({ startedAt, ...call }) => {
      const name = await this.authors.nameOf(call.principalId);
      return { ...call, ...name, startedAt: new Date(startedAt).toISOString() };
    });
    return { items: await Promise.all(named) };
  }

  /** Processes tell it with their sign of life: one request, however many are connected. */
  @Answers('How many are connected now, by process, path and kind', connectionCountsSchema)
  @Get('connections')
  async connections(): Promise<ConnectionCounts> {
    const processes = await this.connected.processes();
    const told = processes.map(({ id: replica, toldAt, open }) => ({
      ...{ replica, toldAt: new Date(toldAt).toISOString() },
      open: open.map(({ path, kind, connections }) => ({ path, kind, connections })),
    }));
    return { items: told };
  }

  @Answers('What everybody used, by day', adminUsageSchema)
  @Get('usage')
  async all(@Query({ schema: usageQuerySchema }) days: z.output<typeof usageQuerySchema>): Promise<AdminUsageAnswer> {
    const sums = await this.usage.ofAll(days);
    return priced(sums.map(({ principalId: principal, ...sum }) => ({ ...sum, principal })));
  }

  @Answers('What was used today, and what may be', ceilingListSchema)
  @Get('ceilings')
  async today(): Promise<CeilingList> {
    const states = await this.ceilings.today(this.assistants.all());
    const bounded = (used: number, limit?: number) => ({ used, ...(limit === undefined ? {} : { limit }) });
    const items = states.map(({ over, assistant, tokens, calls, tokensPerDay, callsPerDay }) => ({
      over,
      ...(assistant === undefined ? {} : { assistant }),
      tokens: bounded(tokens, tokensPerDay),
      calls: bounded(calls, callsPerDay),
    }));
    return { items };
  }

  @Answers('The assistants, and which are switched off', assistantStateListSchema)
  @Get('assistants')
  switched(): AssistantStateList {
    const items = this.assistants.all().map(({ id, name }) => ({ id, name, enabled: !this.switches.isOff(id) }));
    return { items };
  }

  /** Everywhere within five seconds. Answers that are being written are written to their end. */
  @Answers('Switches an assistant on or off')
  @Put('assistants/:id')
  @HttpCode(204)
  async switch(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Body({ schema: assistantSwitchSchema }) { enabled }: z.output<typeof assistantSwitchSchema>,
  ): Promise<void> {
    const assistant = this.assistants.get(id).id;
    await this.switches.set(assistant, enabled);
    const what = enabled ? 'switchOn' : 'switchOff';
    await this.audited.add({ by: await this.authors.of(principal), what, assistant });
  }
}
