import { TestEnvironment } from 'jest-environment-jsdom';

/** What every browser has and jsdom lacks: it comes from Node, so that the AI SDK's streams really run. */
const borrowed = [
  'fetch',
  'Headers',
  'Request',
  'Response',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'TextEncoder',
  'TextDecoder',
  'TextDecoderStream',
  'structuredClone',
  'crypto',
  'AbortController',
  'AbortSignal',
];

export default class BrowserEnvironment extends TestEnvironment {
  // The specs bring a real server; with the browser's conditions `ws` would be an empty module.
  exportConditions() {
    return ['node', 'node-addons'];
  }

  async setup() {
    await super.setup();
    for (const name of borrowed) {
      Object.defineProperty(this.global, name, { value: globalThis[name], configurable: true, writable: true });
    }
  }
}
