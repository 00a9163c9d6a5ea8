import { SetMetadata } from '@nestjs/common';
import type { z } from 'zod';

export const ANSWERS = 'parley:answers';

/** What a route answers when all went well. */
export interface RouteAnswer {
  /** One line for who reads the document. */
  summary: string;
  /** Of a JSON body. */
  json?: z.ZodType;
  /** Of another body, by its media type. */
  media?: readonly string[];
  /** It may also answer 204: there is nothing. */
  orNothing?: boolean;
}

/** Says for the OpenAPI document what a route answers; the rest of the document is read from the route itself. */
export const Answers = (summary: string, json?: z.ZodType, more: Omit<RouteAnswer, 'summary' | 'json'> = {}) =>
  SetMetadata(ANSWERS, { summary, ...(json === undefined ? {} : { json }), ...more } satisfies RouteAnswer);
