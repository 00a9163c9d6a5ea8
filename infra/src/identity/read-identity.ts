import * as pulumi from '@pulumi/pulumi';
import * as terraform from '@pulumi/terraform';
import type { IdentitySource } from '../config/schema';
import { IDENTITY_OUTPUT_NAMES, parseIdentityOutputs, type IdentityOutputs } from './outputs';

/**
 * Reads the user pool's facts from where the configuration says.
 *
 * @throws Error with every fault, and for a state that cannot be read
 */
export async function readIdentity(identity: IdentitySource): Promise<IdentityOutputs> {
  switch (identity.source) {
    case 'literal':
      return parseIdentityOutputs(identity.values, 'parley:identity');
    case 'pulumi':
      return parseIdentityOutputs(await fromPulumi(identity.stack), `The stack ${identity.stack}`);
    case 'terraform': {
      const { source: _, workspace, ...state } = identity;
      const { outputs } = await terraform.state.getS3Reference({
        ...state,
        ...(workspace === undefined ? {} : { workspace }),
      });
      return parseIdentityOutputs(outputs, `The Terraform state s3://${identity.bucket}/${identity.key}`);
    }
  }
}

/** By `getOutputDetails`: a missing output is then ours to report, where `requireOutput` ends the process. */
async function fromPulumi(stack: string): Promise<Record<string, unknown>> {
  const reference = new pulumi.StackReference('identity', { name: stack });
  const details = await Promise.all(
    IDENTITY_OUTPUT_NAMES.map(async (name) => [name, await reference.getOutputDetails(name)] as const),
  );
  return Object.fromEntries(details.map(([name, { value, secretValue }]) => [name, value ?? secretValue]));
}
