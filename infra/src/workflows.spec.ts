import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './testing/environments';

const yaml = createRequire(require.resolve('@pulumi/pulumi'))('js-yaml') as { load(text: string): unknown };
const folder = join(ROOT, '.github/workflows');

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<
    string,
    {
      environment?: string;
      uses?: string;
      needs?: string;
      steps?: { run?: string; uses?: string; with?: { path?: string } }[];
    }
  >;
}

describe.each(readdirSync(folder))('%s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const workflow = yaml.load(text) as Workflow;

  it('is YAML with jobs, stores no key, and says that it was not run', () => {
    expect(Object.keys(workflow.jobs).length).toBeGreaterThan(0);
    expect(text).not.toMatch(/AWS_ACCESS_KEY|AWS_SECRET|secrets\./);
    expect(text).toContain('Not run');
  });

  it('puts nothing that a stranger writes into a shell', () => {
    for (const { steps = [] } of Object.values(workflow.jobs))
      for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{/);
  });
});

it('dev follows main; staging waits for dev, prod for staging', () => {
  const { jobs } = yaml.load(readFileSync(join(folder, 'deploy.yml'), 'utf8')) as Workflow;
  expect([jobs['dev']?.needs, jobs['staging']?.needs, jobs['prod']?.needs]).toEqual(['test', 'dev', 'staging']);
});

it('a deployment keeps the bill of materials of its images', () => {
  const { jobs } = yaml.load(readFileSync(join(folder, 'deploy-environment.yml'), 'utf8')) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
  const upload = steps.findIndex(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
  expect(steps[upload]?.with?.path).toBe('dist/sbom/*.cdx.json');
  expect(steps.slice(0, upload).map(({ run }) => run)).toContainEqual(expect.stringMatching(/^npm run up /));
});
