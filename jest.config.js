/** All projects but e2e in one run; `nx test <project>` runs one. */
export default {
  projects: [
    '<rootDir>/{libs,apps}/*/jest.config.js',
    '<rootDir>/tools/jest.config.js',
    '<rootDir>/infra/jest.config.js',
  ],
};
