import type { ModelPart } from '../chat-model';
import { byBothNames, type Attached } from './by-both-names';
import type { Said, Usage } from './converse-event';

type Finish = Extract<ModelPart, { type: 'finish' }>;

const REASONS = new Map<string, Finish['finishReason']['unified']>(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    content_filtered: 'content-filter',
    guardrail_intervened: 'content-filter',
    tool_use: 'tool-calls',
  }),
);

/** How an answer of ConverseStream ends: the reason, and after it what the answer took. */
export class ConverseEnd {
  private reason: Finish['finishReason'] = { unified: 'other', raw: undefined };
  private usage: Usage | undefined;
  private attached: Attached | undefined;
  private stopSequence: string | null = null;

  stop({ stopReason, additionalModelResponseFields: more }: Said<'messageStop'>): void {
    this.reason = { unified: REASONS.get(stopReason) ?? 'other', raw: stopReason };
    this.stopSequence = more?.delta?.stop_sequence ?? null;
  }

  fail(): void {
    this.reason = { unified: 'error', raw: undefined };
  }

  count({ usage, trace, performanceConfig, serviceTier }: Said<'metadata'>): void {
    if (usage) this.usage = usage;
    const { cacheWriteInputTokens, cacheDetails } = usage ?? {};
    const cache = {
      ...(cacheWriteInputTokens != null && { cacheWriteInputTokens }),
      ...(cacheDetails != null && { cacheDetails }),
    };
    const attached = {
      ...(Object.keys(cache).length > 0 && { usage: cache }),
      ...(trace && { trace }),
      ...(performanceConfig && { performanceConfig }),
      ...(serviceTier && { serviceTier }),
    };
    if (Object.keys(attached).length > 0) this.attached = attached;
  }

  part(): Finish {
    const { reason, usage, attached, stopSequence } = this;
    const metadata = stopSequence === null ? attached : { ...attached, stopSequence };
    return {
      type: 'finish',
      finishReason: reason,
      usage: tokensOf(usage),
      ...(metadata !== undefined && { providerMetadata: byBothNames(metadata) }),
    };
  }
}

/** Bedrock counts what was read from its cache, and written to it, apart from the rest of a prompt. */
function tokensOf(usage: Usage | undefined): Finish['usage'] {
  if (usage === undefined) return UNKNOWN;
  const { inputTokens: noCache, outputTokens: output } = usage;
  const cacheRead = usage.cacheReadInputTokens ?? 0;
  const cacheWrite = usage.cacheWriteInputTokens ?? 0;
  return {
    inputTokens: { total: noCache + cacheRead + cacheWrite, noCache, cacheRead, cacheWrite },
    outputTokens: { total: output, text: output, reasoning: undefined },
    raw: usage,
  };
}

const UNKNOWN: Finish['usage'] = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
