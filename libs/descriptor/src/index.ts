export { descriptorSchema, type Grant, type ServiceDescriptor } from './schema';
export { loadDescriptors, parseDescriptor } from './load';
export {
  LIVE_METRIC,
  METRICS_NAMESPACE,
  SERVICE_METRICS,
  isWatched,
  metricDimensions,
  type ServiceMetric,
} from './metrics';
export {
  CONTENT_SECURITY_POLICY,
  EMBEDDED_FILES,
  EMBEDDED_HEADERS,
  isEmbeddedFile,
  PERMISSIONS_POLICY,
  WIDGET_CACHE,
} from './page-policy';
export { TABLES, type TableDefinition, type TableName } from './tables';
export { matchesPattern, planRoutes, routeFor, type EdgeRoute } from './routing';
