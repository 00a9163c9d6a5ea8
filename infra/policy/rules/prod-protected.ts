import { at, environmentOf, ofType, type Rule, type RuleResource } from '../resource';

/** In prod nothing that holds what people said can go by accident. */
export const prodProtected: Rule = {
  name: 'prod-protected',
  description:
    'In prod, tables, keys, secrets, user pools and load balancers are protected, and a firewall stands before the edge',
  check(resources) {
    if (environmentOf(resources) !== 'prod') return [];
    const all = (token: string, fault: string, isGood: (resource: RuleResource) => boolean) =>
      ofType(resources, token)
        .filter((resource) => !isGood(resource))
        .map(({ name }) => `${name} ${fault}`);
    const table = 'dynamodb/table:Table';
    return [
      ...all(table, 'can be deleted', (each) => each.protect && at(each, 'deletionProtectionEnabled') === true),
      ...all(table, 'cannot be restored to a moment', (each) => at(each, 'pointInTimeRecovery', 'enabled') === true),
      ...all(table, 'has no key of ours', (each) => at(each, 'serverSideEncryption', 'enabled') === true),
      ...all('kms/key:Key', 'can be deleted', (each) => each.protect),
      ...all(
        'cognito/userPool:UserPool',
        'can be deleted',
        (each) => each.protect && at(each, 'deletionProtection') === 'ACTIVE',
      ),
      ...all(
        'secretsmanager/secret:Secret',
        'is gone at once',
        (each) => Number(at(each, 'recoveryWindowInDays')) >= 7,
      ),
      ...all('lb/loadBalancer:LoadBalancer', 'can be deleted', (each) => at(each, 'enableDeletionProtection') === true),
      ...all('ecs/service:Service', 'offers a shell', (each) => at(each, 'enableExecuteCommand') !== true),
      ...all('cloudfront/distribution:Distribution', 'has no firewall', (each) => 'webAclId' in each.props),
    ];
  },
};
