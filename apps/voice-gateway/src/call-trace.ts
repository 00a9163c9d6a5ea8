import { SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import type { CallUsage } from '@parley/protocol';
import type { CallObserver } from './call/ports/call-observer.port';
import type { LossCause } from './call/resumption';

/** One call as one span, with what happened to it as events; passes everything on to the metrics. Nothing that was said. */
export class CallTrace implements CallObserver {
  private readonly span: Span;

  constructor(
    tracer: Tracer,
    facts: { callId: string; conversationId: string; assistant: string; continued: boolean },
    private readonly next: CallObserver,
  ) {
    this.span = tracer.startSpan('call', {
      attributes: {
        'parley.call_id': facts.callId,
        'parley.conversation_id': facts.conversationId,
        'parley.assistant': facts.assistant,
        'parley.continued': facts.continued,
      },
    });
  }

  streamOpened(): void {
    this.span.addEvent('stream opened');
    this.next.streamOpened();
  }
  streamClosed(): void {
    this.span.addEvent('stream closed');
    this.next.streamClosed();
  }
  firstAudio(ms: number): void {
    this.span.addEvent('first audio', { ms });
    this.next.firstAudio(ms);
  }
  rotated(why: 'quiet' | 'forced'): void {
    this.span.addEvent('rotated', { why });
    this.next.rotated(why);
  }
  resuming(cause: LossCause): void {
    this.span.addEvent('resuming', { cause });
    this.next.resuming(cause);
  }
  resumed(gapMs: number): void {
    this.span.addEvent('resumed', { gapMs });
    this.next.resumed(gapMs);
  }
  bargedIn(): void {
    this.span.addEvent('barge-in');
    this.next.bargedIn();
  }
  audioDropped(ms: number): void {
    this.span.addEvent('audio dropped', { ms });
    this.next.audioDropped(ms);
  }
  unknownEvent(name: string): void {
    this.span.addEvent('unknown event', { name: name.slice(0, 100) });
    this.next.unknownEvent(name);
  }
  toolRan(tool: string, ms: number, good: boolean): void {
    this.span.addEvent('tool ran', { tool, ms, good });
    this.next.toolRan(tool, ms, good);
  }

  ended(reason: string, usage: CallUsage, failure: string | undefined): void {
    this.span.setAttributes({ 'parley.end_reason': reason, ...usage });
    if (failure !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    this.span.end();
  }
}
