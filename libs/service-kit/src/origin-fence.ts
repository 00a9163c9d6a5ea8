import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ParleyError, toProblem } from '@parley/errors';
import type { RequestHandler } from 'express';
import { Counter, type Registry } from 'prom-client';
import { requestIdOf } from './http/request-log';

/** The header by which the edge proves that a request came through it. */
const HEADER = 'x-origin-verify';

export interface OriginFenceOptions {
  /** Values that are accepted: the current one, and during a rotation another. None: there is no fence. */
  accepted: readonly (string | undefined)[];
  metrics: Registry;
}

/**
 * The fence of a service that can be reached past its edge: who does not bring the edge's secret gets 403 before anything
 * else is looked at. Health and metrics are on a port that has no fence.
 */
export class OriginFence {
  private readonly accepted: readonly Buffer[];
  private readonly refused: Counter;

  constructor({ accepted, metrics }: OriginFenceOptions) {
    this.accepted = accepted.filter((value) => value !== undefined).map(digest);
    this.refused = new Counter({
      name: 'parley_origin_refused_total',
      help: 'Requests and handshakes that did not come through the edge',
      registers: [metrics],
    });
  }

  /** @throws ParleyError `origin_not_verified` for a request that did not come through the edge */
  verify({ headers }: Pick<IncomingMessage, 'headers'>): void {
    if (this.accepted.length === 0) return;
    const given = headers[HEADER];
    // Digests are of one length whatever was sent, and every value is compared: the time tells nothing.
    const offered = digest(typeof given === 'string' ? given : '');
    let matches = 0;
    for (const value of this.accepted) matches += Number(timingSafeEqual(value, offered));
    // Nobody else needs it, and what is not there cannot be logged.
    delete headers[HEADER];
    if (matches > 0) return;
    this.refused.inc();
    throw new ParleyError('origin_not_verified');
  }

  /** The same for HTTP. */
  readonly handler: RequestHandler = (request, response, next) => {
    try {
      this.verify(request);
    } catch (error) {
      const problem = toProblem(error as ParleyError, requestIdOf(request));
      response
        .status(problem.status)
        .type('application/problem+json')
        .setHeader('cache-control', 'no-store')
        // The body of a stranger is not read: the connection ends with the answer.
        .setHeader('connection', 'close')
        .send(JSON.stringify(problem));
      return;
    }
    next();
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
