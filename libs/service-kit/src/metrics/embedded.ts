import { METRICS_NAMESPACE, isWatched, metricDimensions } from '@parley/descriptor';
import type { Registry } from 'prom-client';

/** CloudWatch takes this many values of one metric in one line. */
const MAX_VALUES = 100;

interface Sample {
  value: number;
  labels: Partial<Record<string, string | number>>;
  metricName?: string;
}

export interface EmbeddedOptions {
  metrics: Registry;
  environment: string;
  service: string;
}

/**
 * The watched metrics of a registry as lines in CloudWatch's embedded metric format. Gauges are told as they are; counters
 * and histograms as what came since the line before. Labels are added up: a dimension is a metric, and each is paid for.
 */
export class EmbeddedMetrics {
  private readonly told = new Map<string, number>();

  constructor(private readonly options: EmbeddedOptions) {}

  /** One line of what is now and of what happened since the last one. */
  async line(atMs = Date.now()): Promise<string> {
    const { metrics, environment, service } = this.options;
    const dimensions = metricDimensions(environment, service);
    const values: Record<string, number | number[]> = {};
    for (const { name, type, values: samples } of await metrics.getMetricsAsJSON()) {
      if (!isWatched(name)) continue;
      const value = this.valueOf(name, String(type), samples as Sample[]);
      if (value !== undefined) values[name] = value;
    }
    const directive = {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [Object.keys(dimensions)],
      Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: unitOf(name) })),
    };
    return JSON.stringify({
      _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
      ...dimensions,
      ...values,
    });
  }

  private valueOf(name: string, type: string, samples: Sample[]): number | number[] | undefined {
    if (type === 'histogram') return this.observed(name, samples);
    const total = samples.reduce((sum, { value }) => sum + value, 0);
    return type === 'counter' ? this.sinceTold(name, total) : total;
  }

  /**
   * The observations of an interval, each as the upper bound of its bucket: never better than it was. Nothing when there
   * were none. More than a line may hold are thinned in proportion.
   */
  private observed(name: string, samples: Sample[]): number[] | undefined {
    const cumulative = new Map<number, number>();
    for (const { metricName, labels, value } of samples) {
      if (metricName !== `${name}_bucket`) continue;
      const bound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      cumulative.set(bound, (cumulative.get(bound) ?? 0) + value);
    }
    const bounds = [...cumulative.keys()].sort((a, b) => a - b);
    let below = 0;
    const counts = bounds.map((bound) => {
      const own = cumulative.get(bound)! - below;
      below += own;
      return { bound, count: this.sinceTold(`${name} ${bound}`, own) };
    });
    const highest = bounds.filter(Number.isFinite).at(-1) ?? 0;
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) return undefined;
    const scale = Math.min(1, MAX_VALUES / total);
    const values: number[] = [];
    let counted = 0;
    for (const { bound, count } of counts) {
      counted += count;
      const until = Math.round(counted * scale);
      // Above the last bound nothing is known but that it was more: twice the bound is seen by every alarm.
      while (values.length < until) values.push(Number.isFinite(bound) ? bound : highest * 2);
    }
    return values;
  }

  private sinceTold(key: string, total: number): number {
    const since = total - (this.told.get(key) ?? 0);
    this.told.set(key, total);
    return since;
  }
}

function unitOf(name: string): 'Count' | 'Seconds' | 'Milliseconds' | 'None' {
  if (name.includes('_milliseconds')) return 'Milliseconds';
  if (name.endsWith('_seconds')) return 'Seconds';
  return name.includes('_usd') ? 'None' : 'Count';
}
