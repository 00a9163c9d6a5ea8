import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'conversations', rootDir: import.meta.dirname };
