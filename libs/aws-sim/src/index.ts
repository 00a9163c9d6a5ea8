export * from './bedrock';
