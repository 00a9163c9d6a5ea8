import { RequestMethod, type Type } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { accessOf } from '@parley/auth';
import type { z } from 'zod';
import { ANSWERS, type RouteAnswer } from './answers';

/** A route as its decorators say it. */
export interface Route {
  method: RequestMethod;
  /** `/api/conversations/:id`. */
  path: string;
  status: number;
  access: 'public' | 'users' | 'guests';
  body?: z.ZodType;
  query?: z.ZodType;
  answer?: RouteAnswer;
}

type Arguments = Record<string, { schema?: z.ZodType }>;

/** The routes of a controller. */
export function routesOf(controller: Type<unknown>): Route[] {
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
    const parts = [controller, handler].map((of) => Reflect.getMetadata(PATH_METADATA, of) as string);
    const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Arguments;
    const schemaOf = (type: RouteParamtypes) =>
      Object.entries(args).find(([key, { schema }]) => key.startsWith(`${type}:`) && schema !== undefined)?.[1].schema;
    const answer = Reflect.getMetadata(ANSWERS, handler) as RouteAnswer | undefined;
    const body = schemaOf(RouteParamtypes.BODY);
    const query = schemaOf(RouteParamtypes.QUERY);
    const usual = method === RequestMethod.POST && answer?.media === undefined ? 201 : 200;
    return [
      {
        method,
        path: `/${parts
          .map((part) => part.replace(/^\/|\/$/g, ''))
          .filter(Boolean)
          .join('/')}`,
        status: (Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined) ?? usual,
        access: accessOf(controller, handler),
        ...(body === undefined ? {} : { body }),
        ...(query === undefined ? {} : { query }),
        ...(answer === undefined ? {} : { answer }),
      },
    ];
  });
}
