import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { nxPreset } = createRequire(import.meta.url)('@nx/jest/preset');
const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));

/** What every project's jest.config.js spreads. Tests are compiled by swc; types are the `typecheck` target's business. */
export default {
  ...nxPreset,
  // nxPreset leaves out json, forces jsdom and forces export conditions; each breaks a package we use.
  moduleFileExtensions: ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json', 'node'],
  // nxPreset takes any file named test.* for one.
  testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
  // Real processes and sockets on a machine that is busy with other things: a limit for hangs, not a measure of speed.
  testTimeout: 30_000,
  testEnvironment: 'node',
  testEnvironmentOptions: {},
  transform: { '^.+\\.[cm]?tsx?$': ['@swc/jest', { ...swc, swcrc: false }] },
  coverageReporters: ['text-summary', 'lcov'],
  coverageProvider: 'v8',
};

/** The same for projects that render React. */
export const reactTransform = {
  '^.+\\.[cm]?tsx?$': [
    '@swc/jest',
    {
      ...swc,
      swcrc: false,
      jsc: {
        ...swc.jsc,
        parser: { ...swc.jsc.parser, tsx: true },
        transform: { ...swc.jsc.transform, react: { runtime: 'automatic' } },
      },
    },
  ],
};
