export * from './bedrock';
export * from './issuer';
export * from './dynamodb';
export * from './edge';
export { isPortFree } from './loopback';
