import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Res,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { CurrentPrincipal, type Principal } from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import { chatRequestSchema } from '@parley/protocol';
import { addToContext } from '@parley/service-kit';
import type { Response } from 'express';
import type { z } from 'zod';
import { Answering } from './chat/answering';
import { Authors } from './chat/authors';
import type { Generation } from './chat/generation';
import { Generations } from './chat/generations';
import { known } from './conversations/conversations.controller';
import { streamGeneration } from './http/event-stream';
import { CONVERSATIONS } from './ports';

/** `/api/chat`: answers, streamed in the AI SDK's UI message stream protocol. A closed connection stops nothing. */
@Controller('api/chat')
export class ChatController implements BeforeApplicationShutdown {
  constructor(
    private readonly answering: Answering,
    private readonly generations: Generations,
    @Inject(CONVERSATIONS) private readonly conversations: ConversationStore,
    private readonly authors: Authors,
  ) {}

  @Post()
  async post(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: chatRequestSchema }) body: z.output<typeof chatRequestSchema>,
    @Res() response: Response,
  ): Promise<void> {
    addToContext({ principalId: principal.id, conversationId: body.id });
    const generation = await this.answering.answer(await this.authors.of(principal), body);
    await streamGeneration(response, generation);
  }

  /** The running generation, or one that ended lately and is still the last word; 204 for everything else alike. */
  @Get(':id/stream')
  async resume(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Headers('last-event-id') cursor: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const generation = await this.readable(principal, id);
    if (!generation) return void response.status(204).end();
    await streamGeneration(response, generation, cursor === undefined ? {} : { cursor });
  }

  @Post(':id/stop')
  @HttpCode(202)
  async stop(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<{ stopped: boolean }> {
    await this.conversations.get(principal.id, known(id));
    return { stopped: this.generations.find(id)?.stop() ?? false };
  }

  /** Answers that are being written are kept as far as they are. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.generations.stopAll();
  }

  private async readable(principal: Principal, id: string): Promise<Generation | undefined> {
    try {
      await this.conversations.get(principal.id, known(id));
      const generation = this.generations.find(id);
      if (!generation?.ended) return generation;
      // Replaying an answer that something was said after would put it behind that in the reader's list.
      const [last] = await this.conversations.lastMessages(principal.id, id, 1);
      return last === undefined || last.id === generation.id || last.role === 'user' ? generation : undefined;
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'conversation_not_found') return undefined;
      throw error;
    }
  }
}
