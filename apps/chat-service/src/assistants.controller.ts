import { Controller, Get, Inject } from '@nestjs/common';
import type { AssistantCatalog, Switches } from '@parley/assistants';
import { AllowGuests, CurrentPrincipal, type Principal } from '@parley/auth';
import { assistantListSchema, type AssistantSummary } from '@parley/protocol';
import { Answers } from './openapi/answers';
import { ASSISTANTS, SWITCHES } from './ports';

@Controller('api/assistants')
@AllowGuests()
export class AssistantsController {
  constructor(
    @Inject(ASSISTANTS) private readonly assistants: AssistantCatalog,
    @Inject(SWITCHES) private readonly switches: Switches,
  ) {}

  /** The assistants this person may choose from. */
  @Answers('The assistants that the caller may choose from', assistantListSchema)
  @Get()
  list(@CurrentPrincipal() { kind }: Principal): { items: AssistantSummary[] } {
    return { items: this.assistants.list({ guest: kind === 'guest' }).filter(({ id }) => !this.switches.isOff(id)) };
  }
}
