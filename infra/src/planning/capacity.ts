import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import { readsFact } from './environment';

export interface Capacity {
  min: number;
  max: number;
  /** Tasks at the first deployment; afterwards scaling owns the number. */
  desired: number;
  /** Why there is no more than one task, where that is so. */
  heldBecause?: string;
}

/**
 * How many tasks a service may have. Two tasks need Valkey between them, so a service that this environment gives none, or
 * that does not read its address yet, is held at one. `images: none` is the first `up` of a pipeline: no image, no task.
 */
export function planCapacity(
  service: ServiceDescriptor,
  { cache, images }: Pick<StackConfig, 'cache' | 'images'>,
): Capacity {
  if (images === 'none') return { min: 0, max: 0, desired: 0, heldBecause: 'images is none: there is nothing to run' };
  const heldBecause =
    cache === 'none'
      ? 'cache is none'
      : readsFact(service, 'valkeyUrl')
        ? undefined
        : 'its descriptor lists no variable from valkeyUrl yet';
  if (heldBecause !== undefined) return { min: 1, max: 1, desired: 1, heldBecause };
  const { min, max } = service.scaling;
  return { min, max, desired: min };
}
