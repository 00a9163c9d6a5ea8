/** The CloudWatch namespace of what services count (embedded metric format in their log lines). */
export const METRICS_NAMESPACE = 'Parley';

/**
 * Metrics that later capabilities emit, under the names that the dashboard and the alarms already use. Until a service
 * emits one, its widget is empty and its alarm says "missing", which counts as good.
 */
export const SERVICE_METRICS = {
  errors: 'parley_errors',
  resumes: 'parley_resumes',
  firstAudioMs: 'parley_first_audio_ms',
  tokens: 'parley_model_tokens',
  costUsd: 'parley_model_cost_usd',
} as const;
