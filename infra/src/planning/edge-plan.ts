import { EMBEDDED_FILES, planRoutes, routeFor, type ServiceDescriptor } from '@parley/descriptor';

/** CloudFront's quota of behaviours of one distribution, the default one included. */
const MAX_BEHAVIOURS = 75;
/** The paths that `chatCompute: lambda` moves. */
export const FUNCTION_PATHS = ['/api/chat*'];
/** The origin of those paths. */
export const FUNCTION_ORIGIN = 'chat-function';

export interface Behaviour {
  pattern: string;
  /** The name of a service, or {@link FUNCTION_ORIGIN}. */
  origin: string;
  kind: 'socket' | 'http';
}

/**
 * The ordered behaviours of the distribution, from the paths of all descriptors.
 *
 * @param withFunction moves {@link FUNCTION_PATHS} to the function
 * @throws Error when two services claim one path, and when there are more than CloudFront takes
 */
export function planBehaviours(services: readonly ServiceDescriptor[], withFunction: boolean): Behaviour[] {
  const moved = withFunction ? [{ ...services[0]!, name: FUNCTION_ORIGIN, port: 443, paths: FUNCTION_PATHS }] : [];
  const behaviours = planRoutes([...services, ...moved]).map(({ pattern, service }): Behaviour => ({
    pattern,
    origin: service,
    kind: /^\/ws\b/.test(pattern) ? 'socket' : 'http',
  }));
  const all = behaviours.length + EMBEDDED_FILES.length + 1;
  if (all > MAX_BEHAVIOURS)
    throw new Error(`${all} behaviours are more than the ${MAX_BEHAVIOURS} of one distribution`);
  return behaviours;
}

/**
 * The service that answers what the function takes over: the one whose paths lead there.
 *
 * @throws Error when none does
 */
export function serviceOfFunction(services: readonly ServiceDescriptor[]): ServiceDescriptor {
  const probe = '/api/chat';
  const route = routeFor(planRoutes(services), probe);
  const service = services.find(({ name }) => name === route?.service);
  if (service === undefined) throw new Error(`chatCompute is lambda, but no service has the path ${probe}`);
  return service;
}
