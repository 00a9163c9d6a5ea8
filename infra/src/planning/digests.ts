import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';

/**
 * Every service has a digest, and every digest a service.
 *
 * @throws Error naming those that do not fit; says nothing unless `images` is `digest`
 */
export function assertDigests(
  { images, digests = {} }: Pick<StackConfig, 'images' | 'digests'>,
  services: readonly ServiceDescriptor[],
): void {
  if (images !== 'digest') return;
  const names = services.map(({ name }) => name);
  const missing = names.filter((name) => digests[name] === undefined);
  const unknown = Object.keys(digests).filter((name) => !names.includes(name));
  const faults = [
    ...missing.map((name) => `${name} has none`),
    ...unknown.map((name) => `${name} is no service of this workspace`),
  ];
  if (faults.length > 0) throw new Error(`parley:digests is not right: ${faults.join('; ')}`);
}
