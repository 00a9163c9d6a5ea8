import { Controller, Get } from '@nestjs/common';
import { Public } from '@parley/auth';
import { VOICE_WIRE } from '@parley/protocol';
import { asyncApiOf } from '@parley/service-kit';

/** Below the only path that the edge leads here. */
@Controller('ws/asyncapi.json')
export class AsyncApiController {
  private readonly document = asyncApiOf(VOICE_WIRE);

  @Public()
  @Get()
  get(): object {
    return this.document;
  }
}
