import preset from '../jest.preset.js';

export default {
  ...preset,
  displayName: 'e2e',
  rootDir: import.meta.dirname,
  testTimeout: 180_000,
  testEnvironment: '<rootDir>/environment.mjs',
};
