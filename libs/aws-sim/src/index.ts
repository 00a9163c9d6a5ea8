export * from './bedrock';
export * from './issuer';
