import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { SiteFile } from '../planning/site-files';

export interface SiteArgs {
  files: readonly SiteFile[];
  /** Delete the files together with the bucket. */
  forceDestroy: boolean;
}

/** The bucket of the page. Who may read it is said by {@link Site.admit}, when the distribution exists. */
export class Site extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;

  constructor(
    private readonly title: string,
    args: SiteArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('parley:infra:Site', title, {}, options);
    const child = { parent: this };
    this.bucket = new aws.s3.Bucket(`${title}-site`, { forceDestroy: args.forceDestroy }, child);
    const bucket = this.bucket.id;
    new aws.s3.BucketPublicAccessBlock(
      `${title}-site`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      `${title}-site`,
      { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } },
      child,
    );
    new aws.s3.BucketVersioning(`${title}-site`, { bucket, versioningConfiguration: { status: 'Enabled' } }, child);
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${title}-site`,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
      child,
    );
    for (const { key, path, contentType, cacheControl } of args.files)
      new aws.s3.BucketObject(
        `${title}-site/${key}`,
        { bucket, key, source: new pulumi.asset.FileAsset(path), contentType, cacheControl },
        child,
      );
    this.registerOutputs({});
  }

  /** This distribution, and nobody else, reads; nothing is read in the open. */
  admit(distributionArn: pulumi.Input<string>): void {
    new aws.s3.BucketPolicy(
      `${this.title}-site`,
      {
        bucket: this.bucket.id,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'ThisDistribution',
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: pulumi.interpolate`${this.bucket.arn}/*`,
              Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
            },
            {
              Sid: 'EncryptedOnly',
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: [this.bucket.arn, pulumi.interpolate`${this.bucket.arn}/*`],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        }),
      },
      { parent: this },
    );
  }

  /** `/config.json`: which environment this page is in, so that one build serves all. */
  configure(config: Record<string, pulumi.Input<string>>): void {
    new aws.s3.BucketObject(
      `${this.title}-site/config.json`,
      {
        bucket: this.bucket.id,
        key: 'config.json',
        content: pulumi.jsonStringify(config),
        contentType: 'application/json; charset=utf-8',
        cacheControl: 'no-store',
      },
      { parent: this },
    );
  }
}
