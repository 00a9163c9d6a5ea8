import * as pulumi from '@pulumi/pulumi';
import { readIdentityConfig } from './identity-config';
import { buildIdentity } from './stack';

/** The program of the user pool's stack. */
export default async function program() {
  const all = pulumi.runtime.allConfig();
  const stack = pulumi.getStack();
  return buildIdentity(stack, new pulumi.Config('aws').require('region'), readIdentityConfig(stack, all));
}
