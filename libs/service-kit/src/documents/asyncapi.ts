import { BEARER_SUBPROTOCOL, GUEST_SUBPROTOCOL, PROTOCOL_VERSION, refSchema, type Wire } from '@parley/protocol';
import { z } from 'zod';
import { jsonSchema, type Json } from './json-schema';

type End = 'client' | 'server';

/** Ways to show who one is, all at the handshake (docs/protocol.md, Identity). */
const IDENTITY = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: `${PROTOCOL_VERSION}, and beside it ${BEARER_SUBPROTOCOL}<jwt> or ${GUEST_SUBPROTOCOL}<session>`,
  },
  ticket: { type: 'httpApiKey', in: 'query', name: 'ticket', description: 'From POST /api/session/ticket' },
  token: { type: 'httpApiKey', in: 'query', name: 'token', description: 'For clients that can do nothing else' },
  guest: { type: 'httpApiKey', in: 'cookie', name: '__Secure-parley_guest' },
} as const;

/** The AsyncAPI 3.0 document of a socket, told from the server's side: it receives what clients say. */
export function asyncApiOf(wire: Wire): Json {
  const channel = ref('channels', wire.name);
  const identity = Object.keys(IDENTITY).map((name) => ref('components', 'securitySchemes', name));
  return {
    asyncapi: '3.0.0',
    info: {
      title: `Parley ${wire.path}`,
      version: PROTOCOL_VERSION,
      description: 'Unknown fields are ignored by everybody.',
    },
    defaultContentType: 'application/json',
    servers: {
      edge: {
        host: '{host}',
        protocol: 'wss',
        variables: { host: { description: 'Where this Parley is reached' } },
        security: identity,
      },
    },
    channels: {
      [wire.name]: {
        address: wire.path,
        description: wire.description,
        messages: { ...messagesOf(wire, 'client'), ...messagesOf(wire, 'server') },
        bindings: { ws: { method: 'GET', query: QUERY, bindingVersion: '0.1.0' } },
      },
    },
    operations: { ...operationsOf(wire, channel, 'client'), ...operationsOf(wire, channel, 'server') },
    components: { securitySchemes: IDENTITY },
  };
}

const QUERY = jsonSchema(z.object({ sessionId: z.string(), ticket: z.string(), token: z.string() }).partial(), {
  io: 'input',
  target: 'draft-7',
});

function messagesOf(wire: Wire, end: End): Json {
  const messages: Json = {};
  for (const [name, body] of Object.entries(wire[end])) {
    messages[`${end}.${name}`] = {
      name,
      summary: body.description ?? '',
      correlationId: { location: '$message.payload#/ref' },
      payload: jsonSchema(frameOf(wire, end, name, body), {
        io: end === 'client' ? 'input' : 'output',
        target: 'draft-7',
      }),
    };
  }
  if (wire.binary) {
    const { contentType, description } = wire.binary[end];
    messages[`${end}.binary`] = { name: 'binary', summary: description, contentType };
  }
  return messages;
}

/** One operation an event. What a client says is answered where the wire says by what; an `error` may always come. */
function operationsOf(wire: Wire, channel: Json, end: End): Json {
  const messageOf = (key: string) => ref('channels', wire.name, 'messages', key);
  const names = [...Object.keys(wire[end]), ...(wire.binary ? ['binary'] : [])];
  return Object.fromEntries(
    names.map((name) => {
      const operation = { channel, messages: [messageOf(`${end}.${name}`)] };
      if (end === 'server') return [`${end}.${name}`, { action: 'send', ...operation }];
      const answers = [wire.answers[name], 'error'].filter((answer) => answer !== undefined);
      const reply = { channel, messages: answers.map((answer) => messageOf(`server.${answer}`)) };
      return [`${end}.${name}`, { action: 'receive', ...operation, reply }];
    }),
  );
}

function frameOf({ frames }: Wire, end: End, name: string, body: z.ZodType): z.ZodType {
  const mark = { ref: refSchema.optional() };
  if (frames === 'nested') return z.object({ event: z.object({ [name]: body }), ...mark });
  const named = z.object({ event: z.literal(name), data: body, ...mark });
  // API Gateway front ends name the event so, with the fields beside it.
  const flat = z.intersection(z.object({ action: z.literal(name), ...mark }), body);
  return end === 'client' ? z.union([named, flat]) : named;
}

const ref = (...path: string[]): Json => ({ $ref: `#/${path.join('/')}` });
