import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { boundedName, ROLE_NAME } from '../planning/names';

/**
 * A role that one AWS service may take.
 *
 * @param accountId bound into the trust where AWS tells it, so that no other account's resource can borrow the role
 */
export function serviceRole(
  name: string,
  principal: string,
  options: pulumi.CustomResourceOptions,
  accountId?: string,
): aws.iam.Role {
  return new aws.iam.Role(
    boundedName(name, ROLE_NAME),
    {
      assumeRolePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: principal },
            ...(accountId === undefined ? {} : { Condition: { StringEquals: { 'aws:SourceAccount': accountId } } }),
          },
        ],
      }),
    },
    options,
  );
}

/** Decrypts what Secrets Manager keeps with a key of ours, and nothing else that this key encrypts. */
export const keyOfSecrets = (keyArn: string, region: string) => ({
  Sid: 'KeyOfSecrets',
  Effect: 'Allow',
  Action: ['kms:Decrypt'],
  Resource: keyArn,
  Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
});
