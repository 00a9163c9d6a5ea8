export { asyncApiFaults } from './asyncapi-rules';
export { WireWatch, type AsyncApiDocument } from './wire-watch';
export { TestSocket } from './test-socket';
export { LogCapture } from './log-capture';
export { startSecretStandIn } from './secret-stand-in';
export { collectGarbage } from './collect-garbage';
