import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'descriptor', rootDir: import.meta.dirname };
