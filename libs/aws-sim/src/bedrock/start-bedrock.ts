import { randomUUID } from 'node:crypto';
import { systemClock } from './clock';
import type { SimContext } from './context';
import { FaultSwitch } from './faults/fault-switch';
import { KnowledgeBase } from './knowledge/retrieve';
import type { BedrockOptions, BedrockSimulator } from './options';
import { RequestLog } from './request-log';
import { createRouter } from './router';
import { TEXT_SETTINGS } from './text/handler';
import { VOICE_LIMITS, VOICE_OPTIONS } from './voice/options';
import { AwsException } from './wire/aws-exception';
import { Exchange } from './wire/exchange';
import { listenTwoProtocols } from './wire/two-protocol-server';

export const KNOWLEDGE_BASE_ID = 'PARLEYDOCS';

/** Starts Bedrock Runtime and Agent Runtime on one cleartext port. @throws when the port is taken */
export async function startBedrock(options: BedrockOptions = {}): Promise<BedrockSimulator> {
  const clock = options.clock ?? systemClock;
  const host = options.host ?? '127.0.0.1';
  const context: SimContext = {
    clock,
    faults: new FaultSwitch(clock),
    requests: new RequestLog(),
    credentials: options.credentials ?? { accessKeyId: 'local', secretAccessKey: 'local' },
    newId: randomUUID,
    onLog: options.onLog ?? (() => undefined),
  };
  for (const fault of options.faults ?? []) context.faults.next(fault);

  const limits = { ...VOICE_LIMITS, ...options.limits };
  let streams = 0;
  const route = createRouter(context, {
    voice: {
      limits,
      options: { ...VOICE_OPTIONS, ...options.voice, pace: { ...VOICE_OPTIONS.pace, ...options.voice?.pace } },
    },
    text: { ...TEXT_SETTINGS, ...options.text },
    knowledgeBases: new Map([
      [options.knowledgeBaseId ?? KNOWLEDGE_BASE_ID, new KnowledgeBase(options.knowledgeBase ?? [])],
    ]),
    slots: {
      take() {
        if (streams >= limits.streams) {
          throw new AwsException(
            'ThrottlingException',
            'Too many concurrent requests, please wait before trying again.',
          );
        }
        streams++;
        let taken = true;
        return () => {
          if (taken) streams--;
          taken = false;
        };
      },
    },
  });
  const server = await listenTwoProtocols(
    (request, response) => void route(new Exchange(request, response)),
    host,
    options.port ?? 0,
  );
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    port: server.port,
    faults: context.faults,
    requests: context.requests,
    streams: () => streams,
    close: () => server.close(),
  };
}
