import { setTimeout as delay } from 'node:timers/promises';
import { trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** How long a service that leaves waits for its collector. */
const GOODBYE_MS = 2_000;

/** Where a service's traces begin, and how they are brought to their end when it leaves. */
export interface Tracing {
  readonly tracer: Tracer;
  /**
   * Sends what waits: Nest calls it when the service leaves, where the object is a provider. Never rejects: a collector that
   * is away keeps nobody from leaving.
   */
  onApplicationShutdown(): Promise<void>;
}

/**
 * Traces of one service, to an OpenTelemetry collector over OTLP/HTTP. Without an endpoint there is no provider, and the
 * API's own tracer does nothing, at no cost.
 *
 * @param endpoint the collector, such as `http://127.0.0.1:4318` (`OTEL_EXPORTER_OTLP_ENDPOINT`)
 * @param processor takes the spans in place of the collector; for tests
 */
export function startTracing(service: string, endpoint: string | undefined, processor?: SpanProcessor): Tracing {
  if (endpoint === undefined && !processor)
    return { tracer: trace.getTracer(service), onApplicationShutdown: async () => undefined };
  const sink =
    processor ?? new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint!.replace(/\/+$/, '')}/v1/traces` }));
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [sink],
  });
  return {
    tracer: provider.getTracer(service),
    async onApplicationShutdown() {
      const patience = new AbortController();
      const enough = delay(GOODBYE_MS, undefined, { ref: false, signal: patience.signal }).catch(() => undefined);
      await Promise.race([provider.shutdown().catch(() => undefined), enough]);
      patience.abort();
    },
  };
}
