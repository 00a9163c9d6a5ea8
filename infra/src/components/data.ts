import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { TABLES, type TableDefinition, type TableName } from '@parley/descriptor';
import type { Protection } from '../config/schema';

export interface DataArgs {
  protect: Protection;
  accountId: string;
  region: string;
}

/**
 * What must not be lost: the tables, and the key they are encrypted with where losing control of it matters.
 *
 * Fully protected environments have a key of their own (its use is in CloudTrail, and it can be withdrawn); elsewhere
 * DynamoDB's own key encrypts at no cost.
 */
export class Data extends pulumi.ComponentResource {
  readonly tables: Readonly<Record<TableName, aws.dynamodb.Table>>;
  readonly key: aws.kms.Key | undefined;

  constructor(name: string, args: DataArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Data', name, {}, options);
    const isProtected = args.protect === 'full';
    this.key = isProtected ? this.addKey(name, args.accountId) : undefined;
    this.tables = Object.fromEntries(
      Object.entries(TABLES).map(([table, definition]) => [table, this.addTable(name, table, definition, args)]),
    ) as Record<TableName, aws.dynamodb.Table>;
    this.registerOutputs({});
  }

  private addKey(name: string, accountId: string): aws.kms.Key {
    const key = new aws.kms.Key(
      name,
      {
        description: `Tables and secrets of ${name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        // The account decides through IAM; a key's policy has no other resource than the key itself.
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'AccountDecides',
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${accountId}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        }),
      },
      { parent: this, protect: true },
    );
    new aws.kms.Alias(name, { name: `alias/${name}`, targetKeyId: key.keyId }, { parent: this });
    return key;
  }

  private addTable(name: string, table: string, definition: TableDefinition, { protect }: DataArgs) {
    const keys = new Set([
      definition.hashKey,
      definition.rangeKey,
      ...definition.indexes.flatMap(({ hashKey, rangeKey }) => [hashKey, rangeKey]),
    ]);
    return new aws.dynamodb.Table(
      `${name}-${table}`,
      {
        billingMode: 'PAY_PER_REQUEST',
        hashKey: definition.hashKey,
        rangeKey: definition.rangeKey,
        attributes: [...keys].map((attribute) => ({ name: attribute, type: 'S' })),
        globalSecondaryIndexes: definition.indexes.map(({ name: index, hashKey, rangeKey, projection }) => ({
          name: index,
          hashKey,
          rangeKey,
          projectionType: projection,
        })),
        ttl: { attributeName: definition.ttlAttribute, enabled: true },
        pointInTimeRecovery: { enabled: protect !== 'none' },
        deletionProtectionEnabled: protect === 'full',
        // Always encrypted; the block only says by which key.
        ...(this.key === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn: this.key.arn } }),
      },
      { parent: this, protect: protect === 'full' },
    );
  }
}
