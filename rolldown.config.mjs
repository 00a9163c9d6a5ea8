import { defineConfig } from 'rolldown';

const app = process.env.APP;

// Our own code is bundled into one file per app; node_modules stay outside, because Nest loads `ws` and its platform
// packages through require() at run time. The virtual @oxc-project/runtime helpers exist only inside the bundler.
export default defineConfig({
  input: `apps/${app}/src/main.ts`,
  platform: 'node',
  tsconfig: `apps/${app}/tsconfig.json`,
  external: (id) => !/^(\0|[./]|@parley\/|@oxc-project\/runtime)/.test(id),
  output: {
    dir: `dist/apps/${app}`,
    format: 'esm',
    sourcemap: true,
    cleanDir: true,
    keepNames: true,
  },
});
