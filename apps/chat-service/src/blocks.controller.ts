import { Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { AllowGuests, CurrentPrincipal, type Principal } from '@parley/auth';
import type { AuditLog, Blocks } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import { blockedPrincipalSchema, blockListSchema, type BlockList } from '@parley/protocol';
import { Authors } from './chat/authors';
import { Answers } from './openapi/answers';
import { AUDIT, BLOCKS } from './ports';
import { BlockLists } from './rooms/block-lists';

/** Names that are looked up at the same time. */
const AT_ONCE = 20;

/** Whom the caller does not want to hear, wherever they meet. Whoever is blocked is not told. */
@AllowGuests()
@Controller('api/session/blocks')
export class BlocksController {
  constructor(
    @Inject(BLOCKS) private readonly blocks: Blocks,
    @Inject(AUDIT) private readonly audited: AuditLog,
    private readonly lists: BlockLists,
    private readonly authors: Authors,
  ) {}

  @Answers('Whom the caller blocks', blockListSchema)
  @Get()
  async list(@CurrentPrincipal() { id }: Principal): Promise<BlockList> {
    const ids = [...((await this.blocks.of([id])).get(id) ?? [])].sort();
    const items: BlockList['items'] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE)
      items.push(...(await Promise.all(ids.slice(at, at + AT_ONCE).map((principalId) => this.named(principalId)))));
    return { items };
  }

  /** Somebody whom this product has never seen is answered alike. */
  @Answers('What somebody says reaches the caller no more')
  @Put(':principalId')
  @HttpCode(204)
  async block(@CurrentPrincipal() principal: Principal, @Param('principalId') whom: string): Promise<void> {
    if (whom === principal.id || !blockedPrincipalSchema.safeParse(whom).success)
      throw new ParleyError('invalid_body', { details: [{ path: 'principalId', message: 'somebody else' }] });
    await this.change(principal, whom, true);
  }

  @Answers('What somebody says reaches the caller again, also what was said meanwhile')
  @Delete(':principalId')
  @HttpCode(204)
  unblock(@CurrentPrincipal() principal: Principal, @Param('principalId') whom: string): Promise<void> {
    return this.change(principal, whom, false);
  }

  private async change(principal: Principal, whom: string, isBlocked: boolean): Promise<void> {
    await this.lists.change(principal.id, whom, isBlocked);
    const by = await this.authors.of(principal);
    await this.audited.add({ by, what: isBlocked ? 'block' : 'unblock', whom });
  }

  private async named(principalId: string): Promise<BlockList['items'][number]> {
    return { principalId, ...(await this.authors.nameOf(principalId)) };
  }
}
