import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'widget', rootDir: import.meta.dirname };
