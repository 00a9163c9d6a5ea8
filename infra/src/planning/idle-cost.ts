import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import { planCapacity } from './capacity';

/** Hours of a month, as AWS's calculator counts them. */
const HOURS = 730;

/** US dollars in us-east-1, general knowledge of AWS's list prices in November 2026. An estimate was not looked up. */
export const PRICES = {
  vcpuHour: {
    usd: 0.03238,
    source: 'Fargate, ARM64: estimate',
  },
  gbHour: { usd: 0.00356, source: 'Fargate, ARM64: estimate' },
  balancerHour: { usd: 0.0225, source: 'Network Load Balancer without capacity units: estimate' },
  natHour: { usd: 0.045, source: 'NAT gateway without traffic: estimate' },
  addressHour: { usd: 0.005, source: 'Public IPv4 address: estimate' },
  endpointHour: { usd: 0.01, source: 'Interface endpoint, each zone: estimate' },
  serverlessGbHour: { usd: 0.084, source: 'ElastiCache Serverless for Valkey, at least 0.1 GB: estimate' },
  nodeHour: { usd: 0.0128, source: 'cache.t4g.micro for Valkey: estimate' },
  webAcl: { usd: 5, source: 'WAF web ACL: estimate' },
  webAclRule: { usd: 1, source: 'WAF rule or rule group: estimate' },
  secret: { usd: 0.4, source: 'Secrets Manager: estimate' },
  key: { usd: 1, source: 'KMS key: estimate' },
  alarm: { usd: 0.1, source: 'CloudWatch alarm: estimate' },
  insightsMetric: { usd: 0.3, source: 'CloudWatch metric of Container Insights: estimate' },
} as const;

export interface CostLine {
  what: string;
  how: string;
  usd: number;
}

/** What only the recorded stack knows. */
export interface Counts {
  endpoints: number;
  secrets: number;
  keys: number;
  alarms: number;
}

const INSIGHTS_METRICS_PER_SERVICE = 12;

/**
 * What an environment costs in a month in which nobody comes. Traffic, log lines, model tokens, storage and what AWS gives
 * away are left out.
 */
export function idleCost(config: StackConfig, services: readonly ServiceDescriptor[], counts: Counts): CostLine[] {
  const lines: CostLine[] = [];
  const add = (what: string, amount: number, price: keyof typeof PRICES, unit: string, hours = HOURS) => {
    if (amount === 0) return;
    const { usd } = PRICES[price];
    lines.push({
      what,
      how: hours === 1 ? `${amount} ${unit} × ${usd}` : `${amount} ${unit} × ${hours} h × ${usd}`,
      usd: amount * hours * usd,
    });
  };
  for (const service of services) {
    const { desired } = planCapacity(service, config);
    add(`Tasks of ${service.name}: processors`, (desired * service.size.cpu) / 1024, 'vcpuHour', 'vCPU');
    add(`Tasks of ${service.name}: memory`, (desired * service.size.memory) / 1024, 'gbHour', 'GB');
  }
  add('Load balancers', services.length, 'balancerHour', 'NLB');
  const gateways = config.egress === 'nat' ? (config.natGateways === 'one' ? 1 : config.zones) : 0;
  add('NAT gateways', gateways, 'natHour', 'gateway');
  const addresses = gateways + (config.entry === 'public' ? services.length * config.zones : 0);
  add('Public addresses', addresses, 'addressHour', 'address');
  add('Interface endpoints', counts.endpoints * config.zones, 'endpointHour', 'endpoint × zone');
  if (config.cache === 'serverless') add('Valkey', 0.1, 'serverlessGbHour', 'GB');
  if (config.cache === 'node') add('Valkey', config.protect === 'full' ? 2 : 1, 'nodeHour', 'node');
  if (config.waf !== 'off') {
    add('Firewall', 1, 'webAcl', 'list', 1);
    add('Firewall rules', 4, 'webAclRule', 'rule', 1);
  }
  add('Secrets', counts.secrets, 'secret', 'secret', 1);
  add('Keys', counts.keys, 'key', 'key', 1);
  add('Alarms', counts.alarms, 'alarm', 'alarm', 1);
  if (config.protect !== 'none')
    add('Container Insights', services.length * INSIGHTS_METRICS_PER_SERVICE, 'insightsMetric', 'metric', 1);
  return lines;
}

/** The sum, in whole dollars. */
export const totalUsd = (lines: readonly CostLine[]): number =>
  Math.round(lines.reduce((sum, { usd }) => sum + usd, 0));
