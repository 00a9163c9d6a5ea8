import { METRICS_NAMESPACE, SERVICE_METRICS, metricDimensions, type ServiceDescriptor } from '@parley/descriptor';

export interface DashboardArgs {
  environment: string;
  region: string;
  services: readonly ServiceDescriptor[];
}

const WIDTH = 12;
const HEIGHT = 6;

/** The dashboard of an environment: what people notice first (sessions, first audio, errors), then what it costs. */
export function dashboardBody({ environment, region, services }: DashboardArgs): string {
  const own = (metric: string, service: string, stat: string) => [
    METRICS_NAMESPACE,
    metric,
    ...Object.entries(metricDimensions(environment, service)).flat(),
    { stat, label: service },
  ];
  const everyService = (metric: string, stat: string) => services.map(({ name }) => own(metric, name, stat));
  const charts: [title: string, metrics: unknown[]][] = [
    ['Live sessions', services.map(({ name, scaling }) => own(scaling.metric, name, 'Sum'))],
    ['Sessions per task', services.map(({ name, scaling }) => own(scaling.metric, name, 'Average'))],
    ['Time to first audio (s)', everyService(SERVICE_METRICS.firstAudioS, 'p95')],
    ['Resumed calls and answers', everyService(SERVICE_METRICS.resumes, 'Sum')],
    ['Errors', everyService(SERVICE_METRICS.errors, 'Sum')],
    [
      'Model tokens',
      [...everyService(SERVICE_METRICS.voiceTokens, 'Sum'), ...everyService(SERVICE_METRICS.chatTokens, 'Sum')],
    ],
    ['Model cost (USD)', everyService(SERVICE_METRICS.costUsd, 'Sum')],
  ];
  return JSON.stringify({
    widgets: charts.map(([title, metrics], index) => ({
      type: 'metric',
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: { title, region, view: 'timeSeries', period: 60, metrics },
    })),
  });
}
