import { costOf, type UsageLedger } from '@parley/assistants';
import { SERVICE_METRICS } from '@parley/descriptor';
import { Counter, type Registry } from 'prom-client';

/** What answers come to, as Prometheus metrics. Names and labels are fixed words. */
export class AnswerMetrics {
  private readonly answers: Counter<'assistant' | 'outcome'>;
  private readonly tokens: Counter<'kind'>;
  private readonly cost: Counter;

  constructor(registry: Registry) {
    const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Counter<L>({ name, help, labelNames, registers: [registry] });
    this.answers = counter(SERVICE_METRICS.answers, 'Answers by assistant and outcome', 'assistant', 'outcome');
    this.tokens = counter(SERVICE_METRICS.chatTokens, 'Tokens of text models, titles included', 'kind');
    this.cost = counter(SERVICE_METRICS.costUsd, 'Estimated US dollars of text models that have a price');
  }

  answerEnded(assistant: string, outcome: string): void {
    this.answers.inc({ assistant, outcome });
  }

  /** The ledger, with what is written into it counted too, whether or not the store takes it. */
  counting(ledger: Pick<UsageLedger, 'record'>): Pick<UsageLedger, 'record'> {
    return {
      record: (record, options) => {
        this.tokens.inc({ kind: 'input' }, record.inputTokens);
        this.tokens.inc({ kind: 'output' }, record.outputTokens);
        this.cost.inc(costOf(record) ?? 0);
        return ledger.record(record, options);
      },
    };
  }
}
