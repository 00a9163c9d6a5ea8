import { Controller, Get } from '@nestjs/common';
import { Public } from '@parley/auth';
import { CHAT_WIRE } from '@parley/protocol';
import { asyncApiOf } from '@parley/service-kit';
import { z } from 'zod';
import { Answers } from './answers';

@Controller('api/asyncapi.json')
export class AsyncApiController {
  private readonly document = asyncApiOf(CHAT_WIRE);

  @Public()
  @Answers('All that is said on /ws/chat', z.looseObject({ asyncapi: z.string(), channels: z.object() }))
  @Get()
  get(): object {
    return this.document;
  }
}
