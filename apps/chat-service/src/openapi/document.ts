import { RequestMethod, type Type } from '@nestjs/common';
import { problemSchema } from '@parley/protocol';
import { jsonSchema, type Json } from '@parley/service-kit';
import type { z } from 'zod';
import { routesOf, type Route } from './routes';

/** The OpenAPI document of these controllers, from what their routes check and say. */
export function openApiOf(controllers: readonly Type<unknown>[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of controllers.flatMap(routesOf)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[RequestMethod[route.method].toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version: 'v1', description: 'Unknown fields are ignored by everybody.' },
    components: {
      schemas: { Problem: jsonSchema(problemSchema) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        guest: { type: 'apiKey', in: 'cookie', name: '__Secure-parley_guest' },
      },
    },
    paths,
  };
}

function operationOf({ answer, status, access, body, query, path }: Route): Json {
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(query === undefined ? [] : queryParametersOf(query)),
  ];
  const security = { public: [], users: [{ bearer: [] }], guests: [{ bearer: [] }, { guest: [] }] }[access];
  return {
    summary: answer?.summary ?? '',
    security,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(body, { io: 'input' }) } },
          },
        }),
    responses: {
      [status]: { description: 'It is done', ...contentOf(answer) },
      ...(answer?.orNothing ? { 204: { description: 'There is nothing' } } : {}),
      default: {
        description: 'It is not; `code` says why',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function contentOf(answer: Route['answer']): Json {
  const json = answer?.json && { 'application/json': { schema: jsonSchema(answer.json) } };
  const media = Object.fromEntries((answer?.media ?? []).map((type) => [type, { schema: { type: 'string' } }]));
  const content = { ...json, ...media };
  return Object.keys(content).length === 0 ? {} : { content };
}

function queryParametersOf(query: z.ZodType): Json[] {
  const { properties = {}, required = [] } = jsonSchema(query, { io: 'input' }) as {
    properties?: Json;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}
