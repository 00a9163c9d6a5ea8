const load = () => import('./programs.mjs');

const onlyHas = (...names: string[]) => ({ has: (name: string) => names.includes(name) });

it('installs by itself as root on Debian', async () => {
  const { installPlan } = await load();
  const plan = installPlan('chromium', { isRoot: true, ...onlyHas('apt-get') });
  expect(plan).toMatchObject({ automatic: true, line: expect.stringContaining('apt-get install') });
});

it('asks with the one line where it may not install', async () => {
  const { installPlan } = await load();
  const plan = installPlan('chromium', { isRoot: false, ...onlyHas('apt-get') });
  expect(plan).toMatchObject({ automatic: false, line: expect.stringMatching(/^sudo .*chromium/) });
});

it('uses Homebrew where there is one, and says so honestly where there is nothing', async () => {
  const { installPlan } = await load();
  expect(installPlan('chromium', { isRoot: false, ...onlyHas('brew') })).toEqual({
    automatic: true,
    line: 'brew install --cask chromium',
  });
  expect(installPlan('redis-server', { isRoot: false, ...onlyHas('brew') })).toMatchObject({
    line: 'brew install redis',
  });
  expect(installPlan('chromium', { isRoot: false, ...onlyHas() })).toEqual({ automatic: false, line: undefined });
});
