import { Controller, Get, Inject } from '@nestjs/common';
import { Public } from '@parley/auth';
import { z } from 'zod';
import { OPENAPI } from '../ports';
import { Answers } from './answers';

@Controller('api/openapi.json')
export class OpenApiController {
  constructor(@Inject(OPENAPI) private readonly document: object) {}

  @Public()
  @Answers('This document', z.looseObject({ openapi: z.string(), paths: z.object() }))
  @Get()
  get(): object {
    return this.document;
  }
}
