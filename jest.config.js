/** All projects but e2e in one run; `nx test <project>` runs one. */
export default {
  // In a run of many projects only the root's limit counts. Real processes and sockets on busy machines: a limit for hangs.
  testTimeout: 30_000,
  projects: [
    '<rootDir>/{libs,apps}/*/jest.config.js',
    '<rootDir>/tools/jest.config.js',
    '<rootDir>/infra/jest.config.js',
  ],
};
