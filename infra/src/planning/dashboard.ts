import {
  METRICS_NAMESPACE,
  SERVICE_METRICS,
  metricDimensions,
  type ServiceDescriptor,
  type ServiceMetric,
} from '@parley/descriptor';

export interface DashboardArgs {
  environment: string;
  region: string;
  services: readonly ServiceDescriptor[];
}

const WIDTH = 12;
const HEIGHT = 6;

/** The dashboard of an environment: what people notice first (sessions, first audio, lost calls, errors), then what it costs. */
export function dashboardBody({ environment, region, services }: DashboardArgs): string {
  const own = (metric: string, service: string, stat: string) => [
    METRICS_NAMESPACE,
    metric,
    ...Object.entries(metricDimensions(environment, service)).flat(),
    { stat, label: service },
  ];
  /** Only of services that count it: a line that is empty for ever says that something is wrong. */
  const counted = (metric: ServiceMetric, stat: string) =>
    services.filter(({ metrics }) => metrics.includes(metric)).map(({ name }) => own(metric, name, stat));
  const charts: [title: string, metrics: unknown[][]][] = [
    ['Live sessions', services.map(({ name, scaling }) => own(scaling.metric, name, 'Sum'))],
    ['Sessions per task', services.map(({ name, scaling }) => own(scaling.metric, name, 'Average'))],
    ['Time to first audio (s)', counted(SERVICE_METRICS.firstAudioS, 'p95')],
    ['Errors', services.map(({ name }) => own(SERVICE_METRICS.errors, name, 'Sum'))],
    ['Calls without a stream to the model (s)', counted(SERVICE_METRICS.gapS, 'p95')],
    ['Streams that were lost and resumed', counted(SERVICE_METRICS.resumes, 'Sum')],
    ['Streams replaced before their time', counted(SERVICE_METRICS.rotations, 'Sum')],
    ['Calls refused', counted(SERVICE_METRICS.refused, 'Sum')],
    ['Audio of callers dropped (ms)', counted(SERVICE_METRICS.droppedMs, 'Sum')],
    ['Answers that the caller spoke over', counted(SERVICE_METRICS.bargeIns, 'Sum')],
    ['Answers in text', counted(SERVICE_METRICS.answers, 'Sum')],
    ['Model tokens', [...counted(SERVICE_METRICS.voiceTokens, 'Sum'), ...counted(SERVICE_METRICS.chatTokens, 'Sum')]],
    ['Model cost (USD, estimated)', counted(SERVICE_METRICS.costUsd, 'Sum')],
  ];
  return JSON.stringify({
    widgets: charts
      .filter(([, metrics]) => metrics.length > 0)
      .map(([title, metrics], index) => ({
        type: 'metric',
        x: (index % 2) * WIDTH,
        y: Math.floor(index / 2) * HEIGHT,
        width: WIDTH,
        height: HEIGHT,
        properties: { title, region, view: 'timeSeries', period: 60, metrics },
      })),
  });
}
