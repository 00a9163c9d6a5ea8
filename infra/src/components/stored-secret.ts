import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { SecretReference } from '../planning/environment';

export interface StoredSecretArgs {
  /** Characters of a value made here. */
  length: number;
  key: aws.kms.Key | undefined;
}

/**
 * A secret whose value is made once and never seen: AWS makes it, and later runs keep it.
 *
 * The reference names the version, so that a new value gives a new task definition and with it new tasks; a secret is
 * read only when a task starts.
 */
export class StoredSecret extends pulumi.ComponentResource {
  readonly value: pulumi.Output<string>;
  readonly reference: SecretReference<pulumi.Output<string>>;

  constructor(name: string, args: StoredSecretArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:StoredSecret', name, {}, options);
    const child = { parent: this };
    const secret = emptySecret(name, args.key, child);
    const random = aws.secretsmanager.getRandomPasswordOutput(
      { passwordLength: args.length, excludePunctuation: true, requireEachIncludedType: true },
      child,
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(random.randomPassword) },
      // A new random value is drawn at every run; only the first one counts.
      { ...child, ignoreChanges: ['secretString'], additionalSecretOutputs: ['secretString'] },
    );
    this.value = pulumi.secret(version.secretString.apply((text) => text ?? ''));
    this.reference = { arn: secret.arn, valueFrom: pulumi.interpolate`${secret.arn}:::${version.versionId}` };
    this.registerOutputs({});
  }
}

/**
 * A secret without a value yet. Where a key of ours protects it (prod), it can be had back for 30 days after it was deleted;
 * elsewhere it goes at once, so that nothing is left behind. Its name is random: neither stands in the way of a new one.
 */
export function emptySecret(
  name: string,
  key: aws.kms.Key | undefined,
  options: pulumi.CustomResourceOptions,
): aws.secretsmanager.Secret {
  return new aws.secretsmanager.Secret(
    name,
    key === undefined ? { recoveryWindowInDays: 0 } : { recoveryWindowInDays: 30, kmsKeyId: key.arn },
    options,
  );
}
