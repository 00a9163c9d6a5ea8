export { CloseCode, type ErrorFacts, type ErrorKind } from '@parley/errors';
export * from './version';
export * from './limits';
export * from './entries';
export * from './conversations';
export * from './session';
export * from './chat';
export * from './voice';
