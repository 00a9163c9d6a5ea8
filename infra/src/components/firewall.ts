import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Requests of one address in five minutes. An office behind one address makes a few thousand. */
const REQUESTS_PER_ADDRESS = 6_000;

/**
 * Rules that would stop what people of this product do; they count instead. Messages are code and prose of any length, so
 * what looks into bodies takes talk about attacks for attacks (and 8 KB for too long): services check bodies themselves, and
 * the site admits no method with one. A token in the query of a handshake is longer than the 2 KB of the query rule.
 */
const MANAGED = [
  {
    name: 'AWSManagedRulesCommonRuleSet',
    count: [
      'SizeRestrictions_BODY',
      'SizeRestrictions_QUERYSTRING',
      'CrossSiteScripting_BODY',
      'EC2MetaDataSSRF_BODY',
      'GenericLFI_BODY',
      'GenericRFI_BODY',
    ],
  },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    count: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY'],
  },
  { name: 'AWSManagedRulesAmazonIpReputationList', count: [] },
];

/**
 * The web application firewall before the edge. It sees the handshake of a WebSocket and nothing after it. It keeps no log
 * of its own: that would hold queries, and with them tokens.
 */
export class Firewall extends pulumi.ComponentResource {
  readonly webAclArn: pulumi.Output<string>;

  constructor(name: string, { mode }: { mode: 'count' | 'block' }, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Firewall', name, {}, options);
    const visibility = (metricName: string) => ({
      metricName,
      cloudwatchMetricsEnabled: true,
      // Samples show whole requests, tokens in queries included.
      sampledRequestsEnabled: false,
    });
    const isCounting = mode === 'count';
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        scope: 'CLOUDFRONT',
        region: 'us-east-1',
        defaultAction: { allow: {} },
        visibilityConfig: visibility(name),
        rules: [
          ...MANAGED.map((group, priority) => ({
            name: group.name,
            priority,
            overrideAction: isCounting ? { count: {} } : { none: {} },
            statement: {
              managedRuleGroupStatement: {
                vendorName: 'AWS',
                name: group.name,
                ruleActionOverrides: group.count.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
              },
            },
            visibilityConfig: visibility(group.name),
          })),
          {
            name: 'rate',
            priority: MANAGED.length,
            action: isCounting ? { count: {} } : { block: {} },
            statement: { rateBasedStatement: { limit: REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
            visibilityConfig: visibility('rate'),
          },
        ],
      },
      { parent: this },
    );
    this.webAclArn = acl.arn;
    this.registerOutputs({});
  }
}
