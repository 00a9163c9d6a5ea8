import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { SecretReference } from '../planning/environment';
import { emptySecret } from './stored-secret';

export interface OriginSecretArgs {
  current: string;
  /** During a rotation: the other value that services accept. */
  previous: string | undefined;
  key: aws.kms.Key | undefined;
}

/**
 * The proof that a request came through this distribution. The edge sends `current`; services accept both, compared in
 * constant time. Rotation in two runs: first the new value as `previous` (services learn it), then the two swapped (the
 * edge sends it). See docs/operations.md.
 */
export class OriginSecret extends pulumi.ComponentResource {
  static readonly HEADER = 'X-Origin-Verify';
  readonly current: SecretReference<pulumi.Output<string>>;
  readonly previous: SecretReference<pulumi.Output<string>>;

  constructor(name: string, args: OriginSecretArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:OriginSecret', name, {}, options);
    const child = { parent: this };
    const secret = emptySecret(name, args.key, child);
    const { current, previous = current } = args;
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(JSON.stringify({ current, previous })) },
      { ...child, additionalSecretOutputs: ['secretString'] },
    );
    const field = (name: string) => ({
      arn: secret.arn,
      valueFrom: pulumi.interpolate`${secret.arn}:${name}::${version.versionId}`,
    });
    this.current = field('current');
    this.previous = field('previous');
    this.registerOutputs({});
  }
}
