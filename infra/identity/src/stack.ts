import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { IdentityStackConfig } from './identity-config';
import { UserPool } from './user-pool';

/** The user pool of one environment; its outputs are what `identitySource: pulumi` reads. */
export function buildIdentity(environment: string, region: string, config: IdentityStackConfig) {
  const tags = {
    project: 'parley',
    environment,
    owner: config.owner,
    'cost-centre': config.costCentre,
    'managed-by': 'pulumi',
  };
  const provider = new aws.Provider('aws', { region: region as aws.Region, defaultTags: { tags } });
  const { googleClientId, googleClientSecret, siteUrl, protect } = config;
  const pool = new UserPool(
    `parley-${environment}`,
    {
      environment,
      region,
      siteUrls: siteUrl,
      domainPrefix: config.domainPrefix,
      mfa: config.mfa,
      groups: config.groups,
      protect: protect === undefined ? environment === 'prod' : protect === 'true',
      ...(googleClientId === undefined || googleClientSecret === undefined
        ? {}
        : { google: { clientId: googleClientId, clientSecret: pulumi.secret(googleClientSecret) } }),
    },
    { providers: [provider] },
  );
  return pool.outputs;
}
