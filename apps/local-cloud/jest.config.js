import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'local-cloud', rootDir: import.meta.dirname };
