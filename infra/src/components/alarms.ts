import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { AlarmPlan, DimensionSource } from '../planning/alarms';

export interface AlarmsArgs {
  plans: readonly AlarmPlan[];
  /** The values of the dimensions that the plans name. */
  values: Partial<Record<DimensionSource, pulumi.Input<string>>>;
  topicArn: pulumi.Input<string>;
  /** Where the metrics are; default the stack's own region. */
  region?: string;
}

/** Alarms as planned; each tells its topic, also when it is good again. */
export class Alarms extends pulumi.ComponentResource {
  readonly names: Readonly<Record<string, pulumi.Output<string>>>;

  /** @throws Error for a dimension whose value is not given */
  constructor(name: string, args: AlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Alarms', name, {}, options);
    this.names = Object.fromEntries(args.plans.map((plan) => [plan.id, this.add(`${name}-${plan.id}`, plan, args)]));
    this.registerOutputs({});
  }

  private add(name: string, plan: AlarmPlan, { values, topicArn, region }: AlarmsArgs): pulumi.Output<string> {
    const dimensions = Object.fromEntries(
      Object.entries(plan.dimensions).map(([dimension, source]) => {
        const value = values[source];
        if (value === undefined) throw new Error(`The alarm ${name} has no value for ${source}`);
        return [dimension, value];
      }),
    );
    return new aws.cloudwatch.MetricAlarm(
      name,
      {
        name,
        alarmDescription: `See docs/operations.md, "${plan.id}"`,
        namespace: plan.namespace,
        metricName: plan.metric,
        statistic: plan.statistic,
        dimensions,
        period: plan.periodS,
        evaluationPeriods: plan.periods,
        comparisonOperator: plan.comparison,
        threshold: plan.threshold,
        treatMissingData: plan.missing,
        alarmActions: [topicArn],
        okActions: [topicArn],
        ...(region === undefined ? {} : { region }),
      },
      { parent: this },
    ).name;
  }
}
