import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import { dashboardBody } from '../planning/dashboard';

export interface WatchingArgs extends Pick<
  StackConfig,
  'activateCostTags' | 'alarmEmail' | 'budgetUsd' | 'environment' | 'region'
> {
  accountId: string;
  services: readonly ServiceDescriptor[];
}

/** CloudFront's metrics and their alarms live here, and an alarm speaks only to a topic of its region. */
const EDGE_REGION = 'us-east-1';
/** What bills are read by; the budget needs `environment`. */
const COST_TAGS = ['project', 'environment', 'owner', 'cost-centre'];

/** Who is told, the dashboard, the budget, and word of deployments that fail. */
export class Watching extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  readonly edgeTopicArn: pulumi.Output<string>;

  constructor(name: string, args: WatchingArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Watching', name, {}, options);
    const child = { parent: this };
    const topic = this.addTopic(`${name}-alarms`, args);
    this.topicArn = topic.arn;
    this.edgeTopicArn = this.addTopic(`${name}-edge-alarms`, args, EDGE_REGION).arn;
    new aws.cloudwatch.Dashboard(name, { dashboardName: name, dashboardBody: dashboardBody(args) }, child);
    this.watchDeployments(name, topic.arn);
    if (args.activateCostTags) this.activateCostTags(name);
    if (args.budgetUsd !== undefined) this.addBudget(name, args.budgetUsd, args.environment);
    this.registerOutputs({});
  }

  /** Messages name alarms and numbers, no content; a key of its own would cost more than it protects. */
  private addTopic(name: string, { alarmEmail, accountId }: WatchingArgs, region?: string): aws.sns.Topic {
    const child = { parent: this };
    const where = region === undefined ? {} : { region };
    const topic = new aws.sns.Topic(name, { ...where }, child);
    new aws.sns.TopicPolicy(
      name,
      {
        ...where,
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'OwnAccountTells',
              Effect: 'Allow',
              Principal: { Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] },
              Action: 'sns:Publish',
              Resource: topic.arn,
              Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
            },
            // EventBridge sends nothing that a condition could look at; the target is named in a rule of this account.
            {
              Sid: 'RulesTell',
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: topic.arn,
            },
          ],
        }),
      },
      child,
    );
    if (alarmEmail !== undefined)
      new aws.sns.TopicSubscription(
        name,
        { ...where, topic: topic.arn, protocol: 'email', endpoint: alarmEmail },
        child,
      );
    return topic;
  }

  private watchDeployments(name: string, topicArn: pulumi.Output<string>): void {
    const child = { parent: this };
    const rule = new aws.cloudwatch.EventRule(
      `${name}-deployment-failed`,
      {
        description: 'A deployment of a service failed',
        eventPattern: JSON.stringify({
          source: ['aws.ecs'],
          'detail-type': ['ECS Deployment State Change'],
          detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
        }),
      },
      child,
    );
    new aws.cloudwatch.EventTarget(`${name}-deployment-failed`, { rule: rule.name, arn: topicArn }, child);
  }

  /**
   * Lets bills be read by our tags. They are switches of the whole account, so one stack of it alone turns them, and they
   * stay on when it goes.
   */
  private activateCostTags(name: string): void {
    for (const tagKey of COST_TAGS)
      new aws.costexplorer.CostAllocationTag(
        `${name}-${tagKey}`,
        { tagKey, status: 'Active' },
        { parent: this, retainOnDelete: true },
      );
  }

  private addBudget(name: string, limitUsd: number, environment: string): void {
    const notice = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: 'PERCENTAGE',
      comparisonOperator: 'GREATER_THAN',
      subscriberSnsTopicArns: [this.edgeTopicArn],
    });
    new aws.budgets.Budget(
      name,
      {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        limitAmount: String(limitUsd),
        limitUnit: 'USD',
        // Counts only once the tag is activated for cost allocation: docs/operations.md, "Cost".
        costFilters: [{ name: 'TagKeyValue', values: [`user:environment$${environment}`] }],
        notifications: [notice('ACTUAL', 80), notice('ACTUAL', 100), notice('FORECASTED', 100)],
      },
      { parent: this },
    );
  }
}
