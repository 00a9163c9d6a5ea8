import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'aws-sim', rootDir: import.meta.dirname };
