import preset from '../jest.preset.js';

// An output put into a string by mistake is an error, not Pulumi's warning text inside an ARN.
process.env.PULUMI_ERROR_OUTPUT_STRING = 'true';

export default { ...preset, displayName: 'infra', rootDir: import.meta.dirname };
