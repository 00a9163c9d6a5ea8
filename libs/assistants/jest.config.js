import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'assistants', rootDir: import.meta.dirname };
