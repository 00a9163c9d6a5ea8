import { SERVICE_METRICS } from '@parley/descriptor';
import { Registry } from 'prom-client';
import { createLogger } from '../logging/logger';
import { LogCapture } from '../testing/log-capture';
import { startExample } from '../testing/example-service';

const start = async (environment?: string) => {
  const lines: string[] = [];
  const config = environment === undefined ? {} : { METRICS_ENVIRONMENT: environment };
  const example = await startExample({ config, telling: { write: (line) => lines.push(line), intervalMs: 3_600_000 } });
  await example.close();
  return lines;
};

it('writes a last line when the service leaves, where an environment is named', async () => {
  const lines = await start('dev');
  expect(lines).toHaveLength(1);
  expect(lines[0]!.endsWith('}\n')).toBe(true);
  expect(JSON.parse(lines[0]!)).toMatchObject({ Environment: 'dev', Service: 'example', parley_connections_live: 0 });
});

it('writes nothing where none is named', async () => {
  expect(await start()).toEqual([]);
});

it('counts the lines of the log that tell a fault of ours, and no others', async () => {
  const metrics = new Registry();
  const logger = createLogger({ name: 'example', level: 'info', metrics, destination: new LogCapture() });
  logger.warn('an outage');
  logger.error('a bug');
  logger.fatal({ err: new Error('a bug') }, 'the end');
  expect((await metrics.getSingleMetric(SERVICE_METRICS.errors)!.get()).values).toMatchObject([{ value: 2 }]);
});
