import { at, list, ofType, type Rule } from '../resource';

const WORLD = ['0.0.0.0/0', '::/0'];

/** Nothing but CloudFront is public, and where it was chosen, load balancers that admit CloudFront alone. */
export const nothingPublic: Rule = {
  name: 'nothing-public',
  description: 'Nothing is public but CloudFront, and load balancers that admit only its prefix list',
  check(resources) {
    const ingress = ofType(resources, 'vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    const isFenced = (group: unknown) => {
      const rules = ingress.filter((rule) => at(rule, 'securityGroupId') === group);
      return rules.length > 0 && rules.every((rule) => at(rule, 'prefixListId') !== undefined);
    };
    return [
      ...ingress
        .filter((rule) => WORLD.includes(String(at(rule, 'cidrIpv4') ?? at(rule, 'cidrIpv6'))))
        .map(({ name }) => `${name} admits everybody`),
      ...ofType(resources, 'ec2/securityGroup:SecurityGroup')
        .filter((group) => list(at(group, 'ingress')).length > 0)
        .map(({ name }) => `${name} has rules inside, which no other rule sees`),
      ...ofType(resources, 'lb/loadBalancer:LoadBalancer').flatMap((balancer) => {
        const groups = list(at(balancer, 'securityGroups'));
        if (groups.length === 0) return [`${balancer.name} was made without a security group, and can never get one`];
        return at(balancer, 'internal') === true || groups.every(isFenced)
          ? []
          : [`${balancer.name} is public and admits more than CloudFront`];
      }),
      ...ofType(resources, 'ecs/service:Service')
        .filter((service) => at(service, 'networkConfiguration', 'assignPublicIp') !== false)
        .map(({ name }) => `${name} may give its tasks public addresses`),
      ...ofType(resources, 'lambda/functionUrl:FunctionUrl')
        .filter((url) => at(url, 'authorizationType') !== 'AWS_IAM')
        .map(({ name }) => `${name} answers unsigned requests`),
      ...ofType(resources, 'lambda/permission:Permission')
        .filter((permission) => at(permission, 'sourceArn') === undefined)
        .map(({ name }) => `${name} admits every distribution`),
      ...ofType(resources, 's3/bucket:Bucket')
        .filter((bucket) => !blocksPublicAccess(bucket.name))
        .map(({ name }) => `${name} does not block public access`),
    ];

    function blocksPublicAccess(name: string): boolean {
      const block = ofType(resources, 's3/bucketPublicAccessBlock:BucketPublicAccessBlock').find(
        (each) => each.name === name,
      );
      const switches = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];
      return block !== undefined && switches.every((each) => at(block, each) === true);
    }
  },
};
