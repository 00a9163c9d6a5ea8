import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { descriptorSchema, type ServiceDescriptor } from './schema';

/**
 * Checks one descriptor.
 *
 * @param source named in the message: the file it came from.
 * @throws Error that lists every fault by path.
 */
export function parseDescriptor(value: unknown, source: string): ServiceDescriptor {
  const result = descriptorSchema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${source} is not a valid service descriptor:\n${z.prettifyError(result.error)}`);
}

/**
 * Reads the descriptor of every deployable app: each `<appsFolder>/<name>/service.json`.
 *
 * @throws Error naming the file for a fault, a name that is not its folder's, or a port that is taken twice.
 */
export function loadDescriptors(appsFolder: string): ServiceDescriptor[] {
  const descriptors: ServiceDescriptor[] = [];
  const ports = new Map<number, string>();
  for (const folder of readdirSync(appsFolder).sort()) {
    const file = join(appsFolder, folder, 'service.json');
    if (!existsSync(file)) continue;
    const descriptor = parseDescriptor(readJson(file), file);
    if (descriptor.name !== folder)
      throw new Error(`${file}: its name is "${descriptor.name}", its folder "${folder}"`);
    for (const port of [descriptor.port, descriptor.adminPort]) {
      const other = ports.get(port);
      if (other !== undefined) throw new Error(`${file}: port ${port} is taken by ${other}`);
      ports.set(port, folder);
    }
    descriptors.push(descriptor);
  }
  return descriptors;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
