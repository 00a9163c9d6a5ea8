import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'chat-service', rootDir: import.meta.dirname };
