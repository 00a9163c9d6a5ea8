import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'voice-gateway', rootDir: import.meta.dirname };
