import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const library = (path: string): string => fileURLToPath(new URL(`../../libs/${path}`, import.meta.url));
/** The running local stack, for `nx serve web`: the page with hot reload, everything else as it is. */
const stack = process.env['PARLEY_URL'] ?? 'http://localhost:4200';

/** The widget lies beside the page: a site is one folder, made by one command. */
const withWidget: Plugin = {
  name: 'parley-widget',
  apply: 'build',
  closeBundle: () => {
    const folder = fileURLToPath(new URL('../../dist/apps/web', import.meta.url));
    execFileSync(process.execPath, [fileURLToPath(new URL('../widget/build.mjs', import.meta.url)), folder]);
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), withWidget],
  resolve: {
    alias: [
      // The file of the audio thread; see libs/client/README.md, "Serving the worklet".
      { find: /^@parley\/client\/audio-worklet(?=\?)/, replacement: library('client/src/audio/audio-worklet.ts') },
      { find: /^@parley\/client\/react$/, replacement: library('client/src/react/index.ts') },
      { find: /^@parley\/(client|errors|protocol)$/, replacement: library('$1/src/index.ts') },
    ],
  },
  build: {
    outDir: '../../dist/apps/web',
    emptyOutDir: true,
    sourcemap: true,
    target: 'es2023',
    // light-dark() and nesting as they are.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Never as data: URLs, which `script-src 'self'` and `img-src 'self'` refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Our libraries only declare: what is not used of them, such as the zod schemas, stays out of the page.
      treeshake: { moduleSideEffects: (id) => !/\/libs\/(client|errors|protocol)\//.test(id) },
    },
  },
  worker: { format: 'es' },
  server: {
    port: 4300,
    proxy: {
      '/api': stack,
      '/config.json': stack,
      '/widget.js': stack,
      '/widget-audio.js': stack,
      '/ws': { target: stack, ws: true },
    },
  },
});
