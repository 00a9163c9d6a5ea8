import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readStackConfig } from './config/read-config';
import { planPage } from './planning/plan-page';
import { buildStack } from './stack';
import { ENVIRONMENTS, fixtureWorkspace, IDENTITY, ROOT, services } from './testing/environments';
import { recordStack } from './testing/record-stack';

/** Pulumi's own reader of YAML, for Pulumi's own files. */
const yaml = createRequire(require.resolve('@pulumi/pulumi'))('js-yaml') as { load(text: string): unknown };

/** A stack's file as Pulumi holds it: text by key. */
function stackFile(environment: string): Record<string, string> {
  const text = readFileSync(join(ROOT, `infra/Pulumi.${environment}.yaml`), 'utf8');
  const { config } = yaml.load(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

it.each(ENVIRONMENTS)(
  'docs/deploy/%s.md is the plan of its stack (npm run plan writes it anew)',
  async (environment) => {
    const config = readStackConfig(environment, stackFile(environment));
    const today = services();
    const { resources } = await recordStack({ stack: environment, identity: IDENTITY }, () =>
      buildStack(config, fixtureWorkspace(today)),
    );
    const file = join(ROOT, `docs/deploy/${environment}.md`);
    // The page's own files change with every build and are told by their number only.
    const shown = resources.filter(({ type }) => !type.endsWith(':BucketObject'));
    const options = await resolveConfig(file);
    const page = await format(planPage(config, today, shown), { ...options, parser: 'markdown' });
    if (process.env['UPDATE_PLANS'] === '1') {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, page);
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'nothing: npm run plan').toBe(page);
  },
);
