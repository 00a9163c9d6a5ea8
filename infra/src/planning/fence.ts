import type { ServiceDescriptor } from '@parley/descriptor';
import { readsFact } from './environment';

/**
 * Behind a public entry every service must check the origin header itself: a load balancer cannot.
 *
 * @throws Error naming the services that read no origin secret
 */
export function assertFenced(services: readonly ServiceDescriptor[]): void {
  const open = services.filter((service) => !readsFact(service, 'originSecret.current')).map(({ name }) => name);
  if (open.length > 0)
    throw new Error(
      `parley:entry is "public", but ${open.join(' and ')} would not check the origin header: list a secret variable ` +
        'from "originSecret.current" (and "originSecret.previous") in service.json, or use vpc-origin',
    );
}
