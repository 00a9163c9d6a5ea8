import { at, list, ofType, type Rule, type RuleResource } from '../resource';

/**
 * Everything that holds what people said, or a secret, is encrypted where it lies and on its way. DynamoDB and log groups
 * always are, by AWS's own keys. Topics are not: they carry names of alarms and numbers (docs/decisions).
 */
export const encrypted: Rule = {
  name: 'encrypted',
  description: 'Everything is encrypted at rest and in transit',
  check: (resources) => [
    ...ofType(resources, 's3/bucket:Bucket').flatMap(({ name }) => [
      ...(named(resources, 's3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration', name)
        ? []
        : [`${name} says nothing of encryption`]),
      ...(deniesPlainText(named(resources, 's3/bucketPolicy:BucketPolicy', name))
        ? []
        : [`${name} can be read without TLS`]),
    ]),
    ...ofType(resources, 'ecr/repository:Repository')
      .filter((repository) => list(at(repository, 'encryptionConfigurations')).length === 0)
      .map(({ name }) => `${name} says nothing of encryption`),
    ...ofType(resources, 'elasticache/replicationGroup:ReplicationGroup')
      .filter(
        (group) => at(group, 'transitEncryptionEnabled') !== true || at(group, 'atRestEncryptionEnabled') !== true,
      )
      .map(({ name }) => `${name} is not encrypted`),
    ...ofType(resources, 'elasticache/replicationGroup:ReplicationGroup')
      .filter((group) => at(group, 'authToken') === undefined)
      .map(({ name }) => `${name} asks for no password`),
    ...ofType(resources, 'elasticache/serverlessCache:ServerlessCache')
      .filter((cache) => at(cache, 'userGroupId') === undefined)
      .map(({ name }) => `${name} asks for no password`),
    ...ofType(resources, 'kms/key:Key')
      .filter((key) => at(key, 'enableKeyRotation') !== true)
      .map(({ name }) => `${name} does not rotate`),
    ...ofType(resources, 'cloudfront/distribution:Distribution').flatMap(viewerFaults),
  ],
};

const named = (resources: readonly RuleResource[], token: string, name: string) =>
  ofType(resources, token).find((resource) => resource.name === name);

function deniesPlainText(policy: RuleResource | undefined): boolean {
  const text = policy === undefined ? undefined : at(policy, 'policy');
  // Unknown at a first preview: the next run tells.
  if (policy !== undefined && typeof text !== 'string') return true;
  return typeof text === 'string' && /"Effect":"Deny".*"aws:SecureTransport":"false"/.test(text);
}

function viewerFaults(distribution: RuleResource): string[] {
  const behaviours = [at(distribution, 'defaultCacheBehavior'), ...list(at(distribution, 'orderedCacheBehaviors'))];
  const plain = behaviours.some(
    (behaviour) => (behaviour as { viewerProtocolPolicy?: string }).viewerProtocolPolicy === 'allow-all',
  );
  const minimum = at(distribution, 'viewerCertificate', 'minimumProtocolVersion');
  const isOwn = at(distribution, 'viewerCertificate', 'acmCertificateArn') !== undefined;
  return [
    ...(plain ? [`${distribution.name} serves without TLS`] : []),
    ...(isOwn && !/^TLSv1\.[23]_202/.test(String(minimum)) ? [`${distribution.name} accepts old TLS`] : []),
  ];
}
