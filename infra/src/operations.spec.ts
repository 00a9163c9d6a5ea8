import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALARM_IDS } from './planning/alarms';
import { record, ROOT } from './testing/environments';

const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

it('docs/operations.md says what each alarm means, and knows no other', () => {
  const explained = [...page.matchAll(/^#### (.+)$/gm)].map(([, id]) => id);
  expect(explained.sort()).toEqual([...ALARM_IDS].sort());
});

it('each alarm tells somebody, in its own region, and points to that page', async () => {
  const { resources } = await record({ environment: 'prod' });
  const alarms = resources.filter(({ type }) => type === 'aws:cloudwatch/metricAlarm:MetricAlarm');
  for (const { inputs } of alarms) {
    const topic = inputs['region'] === 'us-east-1' ? 'parley-prod-edge-alarms' : 'parley-prod-alarms';
    expect(inputs['alarmActions']).toEqual([expect.stringMatching(new RegExp(`:${topic}$`))]);
    expect(inputs['alarmDescription']).toMatch(/docs\/operations\.md, "[a-z-]+"/);
    expect(inputs['treatMissingData']).toMatch(/^(notBreaching|breaching)$/);
  }
  const cloudfront = alarms.filter(({ inputs }) => inputs['namespace'] === 'AWS/CloudFront');
  expect(cloudfront.map(({ inputs }) => inputs['region'])).toEqual(['us-east-1']);
});
