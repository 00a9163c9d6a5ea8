import { resolve } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { loadDescriptors } from '@parley/descriptor';
import { readStackConfig } from './config/read-config';
import { buildStack } from './stack';

/** From `dist/infra/stack`, where Pulumi runs the compiled program. */
const root = resolve(import.meta.dirname, '../../..');

/** The program of one stack; what it returns are the stack's outputs. */
export default async function program() {
  const config = readStackConfig(pulumi.getStack(), pulumi.runtime.allConfig());
  return buildStack(config, {
    services: loadDescriptors(resolve(root, 'apps')),
    siteFolder: resolve(root, 'dist/apps/web'),
    dockerfile: resolve(root, 'infra/docker/service.Dockerfile'),
    stagedFolder: (service) => resolve(root, 'dist/images', service),
  });
}
