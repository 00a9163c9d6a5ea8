import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import reactHooks from 'eslint-plugin-react-hooks';
import ts from 'typescript-eslint';

/**
 * The house, as arrows: apps -> libs -> descriptor, errors, protocol. Between libs only service-kit -> auth and
 * assistants -> conversations. A project depends on exactly what is listed for its tag; whatever is not listed is refused.
 */
const base = ['name:descriptor', 'name:errors', 'name:protocol'];
const serverLibs = ['name:auth', 'name:conversations', 'name:assistants', 'name:service-kit'];
const arrows = {
  'name:descriptor': [],
  'name:errors': [],
  'name:protocol': ['name:errors'],
  'name:auth': base,
  'name:conversations': base,
  'name:assistants': [...base, 'name:conversations'],
  'name:service-kit': [...base, 'name:auth'],
  'name:client': base,
  'name:aws-sim': base,
  'type:service': [...base, ...serverLibs, 'name:aws-sim'],
  'name:web': [...base, 'name:client'],
  'name:widget': [...base, 'name:client'],
  'name:local-cloud': [...base, 'name:aws-sim'],
  'type:infra': base,
  'type:tool': base,
  'type:e2e': [...base, 'name:client', 'name:aws-sim'],
};

const serverOnly = {
  group: ['node:*', '@nestjs/*', '@aws-sdk/*', 'ws', 'pino'],
  message: 'This project also runs in a browser.',
};
const simulators = {
  group: ['@parley/aws-sim', '**/testing', '**/testing/*', '@parley/*/testing'],
  message: 'Simulators and test helpers are for specs: a service never knows that it runs locally.',
};
const adapters = {
  group: ['@nestjs/*', 'ws', '@aws-sdk/*', '@smithy/*', '@ai-sdk/*', 'ioredis', 'undici', 'express', 'pino'],
  message: 'Domain code knows ports, not frameworks, sockets or SDKs.',
};
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default ts.config(
  { ignores: ['**/dist/**', '**/coverage/**', '.nx/**', 'node_modules/**', '.parley/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: ['^.*/jest\\.preset\\.js$'],
          enforceBuildableLibDependency: false,
          depConstraints: Object.entries(arrows).map(([sourceTag, onlyDependOnLibsWithTags]) => ({
            sourceTag,
            onlyDependOnLibsWithTags,
          })),
        },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        AbortSignal: 'readonly',
        WebSocket: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  {
    // Plain scripts: what the page loads as it is.
    files: ['apps/web/public/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: {
        addEventListener: 'readonly',
        document: 'readonly',
        localStorage: 'readonly',
        Blob: 'readonly',
        Worker: 'readonly',
      },
    },
  },
  { files: ['tools/**', 'e2e/**'], rules: { 'no-console': 'off' } },
  // Written as other projects write them: a test compiles and runs them against the package.
  { files: ['libs/client/examples/**'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  {
    files: ['libs/{errors,protocol,client}/src/**', 'apps/{web,widget}/src/**'],
    ignores: ['**/*.spec.ts', '**/*.spec.tsx'],
    rules: restrict(serverOnly),
  },
  {
    files: ['apps/web/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['apps/{voice-gateway,chat-service}/src/**'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: restrict(simulators),
  },
  {
    files: [
      'apps/voice-gateway/src/call/**',
      'apps/chat-service/src/chat/**',
      'apps/chat-service/src/rooms/**',
      'libs/conversations/src/domain/**',
      'libs/assistants/src/domain/**',
      'libs/auth/src/domain/**',
    ],
    ignores: ['**/*.spec.ts'],
    rules: restrict(adapters, simulators),
  },
);
