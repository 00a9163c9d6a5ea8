/** The CloudWatch namespace of what services count. */
export const METRICS_NAMESPACE = 'Parley';

/** A live gauge: what scaling may follow. Descriptors name one of this form as `scaling.metric`. */
export const LIVE_METRIC = /^parley_[a-z_]+_live$/;

/**
 * Metrics that alarms and the dashboard use, under the names that services register them with. Every service counts
 * `errors`; of the others each descriptor lists those that its service has. They and every gauge of the form
 * {@link LIVE_METRIC} go to CloudWatch; each metric costs, so no other does.
 */
export const SERVICE_METRICS = {
  errors: 'parley_errors_total',
  firstAudioS: 'parley_first_audio_seconds',
  gapS: 'parley_call_gap_seconds',
  resumes: 'parley_resumes_total',
  rotations: 'parley_rotations_total',
  bargeIns: 'parley_barge_ins_total',
  droppedMs: 'parley_audio_dropped_milliseconds_total',
  refused: 'parley_calls_refused_total',
  answers: 'parley_answers_total',
  voiceTokens: 'parley_voice_tokens_total',
  chatTokens: 'parley_model_tokens_total',
  costUsd: 'parley_model_cost_usd_total',
} as const;

/** A metric of {@link SERVICE_METRICS}, by its name in a registry. */
export type ServiceMetric = (typeof SERVICE_METRICS)[keyof typeof SERVICE_METRICS];

/** Whether a metric goes to CloudWatch. */
export const isWatched = (name: string): boolean =>
  LIVE_METRIC.test(name) || (Object.values(SERVICE_METRICS) as string[]).includes(name);

/** The dimensions of every one of them; alarms, charts and scaling find it only with exactly these. */
export const metricDimensions = <E extends string, S extends string>(environment: E, service: S) => ({
  Environment: environment,
  Service: service,
});
