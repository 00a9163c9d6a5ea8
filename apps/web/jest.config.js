import preset, { reactTransform } from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'web',
  rootDir: import.meta.dirname,
  testEnvironment: './test/environment.js',
  transform: reactTransform,
  moduleNameMapper: { '\\?worker&url$': '<rootDir>/test/file-url.ts' },
};
