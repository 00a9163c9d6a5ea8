export { TestSocket } from './test-socket';
export { LogCapture } from './log-capture';
