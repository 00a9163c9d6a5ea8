import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** CloudFront delivers its logs, metrics and alarms in this region only. */
const EDGE_REGION = 'us-east-1';

/** Without `cs-uri-query`, `cs(Cookie)` and `cs(Referer)`: tokens and tickets may stand there. */
export const LOGGED_FIELDS = [
  'timestamp(ms)',
  'x-edge-location',
  'sc-bytes',
  'c-ip',
  'cs-method',
  'cs-uri-stem',
  'sc-status',
  'cs(User-Agent)',
  'x-edge-result-type',
  'x-edge-request-id',
  'x-host-header',
  'cs-protocol',
  'cs-bytes',
  'time-taken',
  'ssl-protocol',
  'x-edge-response-result-type',
  'cs-protocol-version',
  'time-to-first-byte',
  'x-edge-detailed-result-type',
  'sc-content-type',
];

export interface EdgeLogArgs {
  distributionArn: pulumi.Input<string>;
  environment: string;
  retentionDays: number;
}

/** The access log of the distribution (standard logging v2), with chosen fields. A WebSocket is logged when it closes. */
export class EdgeLog extends pulumi.ComponentResource {
  constructor(name: string, args: EdgeLogArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:EdgeLog', name, {}, options);
    const child = { parent: this };
    const group = new aws.cloudwatch.LogGroup(
      `${name}-edge`,
      {
        // Vended logs may be delivered to a group of this prefix without a policy for each.
        name: `/aws/vendedlogs/parley/${args.environment}/edge`,
        retentionInDays: args.retentionDays,
        region: EDGE_REGION,
      },
      child,
    );
    const source = new aws.cloudwatch.LogDeliverySource(
      `${name}-edge`,
      { name: `${name}-edge`, logType: 'ACCESS_LOGS', resourceArn: args.distributionArn, region: EDGE_REGION },
      child,
    );
    const destination = new aws.cloudwatch.LogDeliveryDestination(
      `${name}-edge`,
      {
        name: `${name}-edge`,
        outputFormat: 'json',
        deliveryDestinationConfiguration: { destinationResourceArn: group.arn },
        region: EDGE_REGION,
      },
      child,
    );
    new aws.cloudwatch.LogDelivery(
      `${name}-edge`,
      {
        deliverySourceName: source.name,
        deliveryDestinationArn: destination.arn,
        recordFields: LOGGED_FIELDS,
        region: EDGE_REGION,
      },
      child,
    );
    this.registerOutputs({});
  }
}
