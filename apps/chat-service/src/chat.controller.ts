import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Next,
  Param,
  Post,
  Req,
  Res,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { AllowGuests, CurrentPrincipal, Public, type Principal } from '@parley/auth';
import type { ConversationStore, GenerationClaim, GenerationClaims } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import { stopResponseSchema, chatRequestSchema } from '@parley/protocol';
import { addToContext } from '@parley/service-kit';
import type { NextFunction, Request, Response } from 'express';
import type { z } from 'zod';
import { Answers } from './openapi/answers';
import { Answering } from './chat/answering';
import { Authors } from './chat/authors';
import { Following } from './chat/following';
import { Generations } from './chat/generations';
import { known } from './conversations/conversations.controller';
import { placeAfter, streamGeneration } from './http/event-stream';
import { StreamAccess } from './http/stream-access';
import type { Compute } from './http/compute';
import { CLAIMS, COMPUTE, CONVERSATIONS } from './ports';

/** `/api/chat`: answers, streamed in the AI SDK's UI message stream protocol. A closed connection stops nothing. */
@Controller('api/chat')
@AllowGuests()
export class ChatController implements BeforeApplicationShutdown {
  constructor(
    private readonly answering: Answering,
    private readonly generations: Generations,
    private readonly following: Following,
    @Inject(CLAIMS) private readonly claims: GenerationClaims,
    @Inject(CONVERSATIONS) private readonly conversations: ConversationStore,
    private readonly authors: Authors,
    private readonly access: StreamAccess,
    @Inject(COMPUTE) private readonly compute: Compute,
  ) {}

  @Answers('Asks; the answer is a UI message stream', undefined, { media: ['text/event-stream'] })
  @Post()
  async post(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: chatRequestSchema }) body: z.output<typeof chatRequestSchema>,
    @Res() response: Response,
    @Next() next: NextFunction,
  ): Promise<void> {
    addToContext({ principalId: principal.id, conversationId: body.id });
    this.stream(response, next, await this.answering.answer(await this.authors.of(principal), body));
  }

  /** The running generation, or one that ended lately and is still the last word; 204 for everything else alike. */
  @Public()
  @Answers('The answer that is being written, from its start or a cursor', undefined, {
    media: ['text/event-stream'],
    orNothing: true,
  })
  @Get(':id/stream')
  async resume(
    @Param('id') id: string,
    @Headers('last-event-id') cursor: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
    @Next() next: NextFunction,
  ): Promise<void> {
    const principal = await this.access.admit(request, response, id);
    if (this.compute.isFrozenBetweenRequests) return this.nothingToResume(request, response);
    const claim = await this.readable(principal, id);
    // An EventSource that has the last chunk comes back nevertheless: this ends it for good.
    if (!claim || (await this.following.isReadToEnd(claim, placeAfter(claim.generationId, cursor)))) {
      return void response.status(204).end();
    }
    // Who asks only whether there is something waits for no answer to be written.
    if (request.method === 'HEAD') return void response.type('text/event-stream').end();
    this.stream(response, next, claim, cursor);
  }

  @Answers('Stops the answer that is being written', stopResponseSchema)
  @Post(':id/stop')
  @HttpCode(202)
  async stop(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<{ stopped: boolean }> {
    await this.conversations.get(principal.id, known(id));
    const claim = await this.claims.find(id);
    return { stopped: claim?.state === 'running' && (await this.generations.stop(claim)) };
  }

  /** Answers that are being written are kept as far as they are. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.generations.stopAll();
  }

  /**
   * Goes on when the handler is over: until then Nest holds everything that came with the request, the whole history of a
   * client that sends it, and answers may take minutes.
   */
  private stream(response: Response, next: NextFunction, claim: GenerationClaim, cursor?: string): void {
    response.req.body = undefined;
    const { generationId } = claim;
    const follow = (options: { after: number; signal: AbortSignal }) => this.following.follow(claim, options);
    const beforeEnd = () => this.compute.settle(claim);
    const options = { beforeEnd, ...(cursor === undefined ? {} : { cursor }) };
    streamGeneration(response, { generationId, follow }, options).catch(next);
  }

  /**
   * Where no log is shared the client reads the conversation again. A streamed response without a body hangs on Lambda, so
   * 204 is said as a stream that is over; an EventSource, which would come back for ever, is sent away.
   */
  private nothingToResume({ headers, query }: Request, response: Response): void {
    if (headers.authorization === undefined || query['ticket'] !== undefined) throw new ParleyError('not_found');
    response.type('text/event-stream').set('cache-control', 'no-cache, no-transform').send('data: [DONE]\n\n');
  }

  private async readable(principal: Principal, id: string): Promise<GenerationClaim | undefined> {
    try {
      await this.conversations.get(principal.id, known(id));
      return await this.following.readable(principal.id, id);
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'conversation_not_found') return undefined;
      throw error;
    }
  }
}
