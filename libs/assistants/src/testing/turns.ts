import type { UIMessageChunk } from 'ai';
import { begin, call, done, finish, metadata, refusal, text, type Step } from './scripted-model';

export interface Row {
  steps: Step[];
  /** Where we do it another way than the SDK, on purpose: what we give where that gives its chunks. */
  differs?: (sdk: UIMessageChunk[]) => UIMessageChunk[];
}

/** What models give, by what it tries. */
export const TURNS: Record<string, Row> = {
  'a plain answer': { steps: [[...begin, ...text('0', 'Hel', 'lo'), finish('stop')]] },
  'several texts at once, with what a provider attaches': {
    steps: [
      [
        ...begin,
        { type: 'text-start', id: '0', providerMetadata: metadata },
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'b' },
        { type: 'text-delta', id: '0', delta: 'a', providerMetadata: metadata },
        { type: 'text-delta', id: '1', delta: '' },
        { type: 'text-end', id: '0', providerMetadata: metadata },
        { type: 'text-end', id: '1' },
        finish('stop'),
      ],
    ],
  },
  'no parts that begin it': { steps: [[...text('0', 'Hi'), finish('stop')]] },
  'an end for its length': { steps: [[...begin, ...text('0', 'Once'), finish('length')]] },
  'an end by a filter': { steps: [[...begin, finish('content-filter')]] },
  'raw parts': { steps: [[...begin, { type: 'raw', rawValue: {} }, ...text('0', 'Hi'), finish('stop')]] },
  'thoughts that go back with their signatures': {
    steps: [
      [
        ...begin,
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'hmm' },
        { type: 'reasoning-delta', id: '0', delta: '', providerMetadata: metadata },
        { type: 'reasoning-end', id: '0' },
        { type: 'reasoning-start', id: '1', providerMetadata: { some: { redacted: 'x' } } },
        { type: 'reasoning-end', id: '1' },
        ...text('2', 'One moment.'),
        ...call('t1', 'weather', '{"city":"Porto"}', { providerMetadata: metadata }),
        finish('tool-calls'),
      ],
      [...begin, ...done],
    ],
  },
  'tools at once, the later one first': {
    steps: [
      [
        ...begin,
        ...call('t1', 'clock', '{}'),
        ...call('t2', 'weather', '{"city":"Porto"}'),
        finish('tool-calls', 7, undefined),
      ],
      [...begin, ...done],
    ],
  },
  'arguments that were encoded twice, wrong ones, and none': {
    steps: [
      [
        ...begin,
        ...call('t1', 'weather', JSON.stringify('{"city":"Porto"}')),
        ...call('t2', 'weather', '{"town":"Porto"}'),
        ...call('t3', 'clock', ''),
        finish('stop'),
      ],
      [...begin, ...done],
    ],
  },
  'arguments that are no JSON, and a tool that there is not': {
    steps: [
      [
        ...begin,
        ...call('t1', 'weather', '{"city":'),
        ...call('t2', 'Weather', '{"city":"Porto"}'),
        finish('tool-calls'),
      ],
      [...begin, ...call('t3', 'teleport', '{'), ...call('t4', 'weather', '{"city":"Faro"}'), finish('tool-calls')],
      [...begin, ...done],
    ],
  },
  'a text of the same id in the next step': {
    steps: [
      [...begin, ...text('0', 'Well.'), ...call('t1', 'clock', '{}'), finish('tool-calls')],
      [...begin, ...done],
    ],
    // The SDK gives it an id by chance; ids are unique while a text is open, and that is enough for its client.
    differs: (sdk) => sdk.map((chunk) => ('id' in chunk ? { ...chunk, id: '0' } : chunk)),
  },
  'a call that was cut off': {
    steps: [[...begin, ...call('t1', 'weather', '{"city":"Porto"}'), finish('length')]],
  },
  'a call in a stream that was interrupted': {
    steps: [[...begin, ...call('t1', 'weather', '{"ci'), finish('interrupted')]],
  },
  'tools of the provider': {
    steps: [
      [
        ...begin,
        ...call('p1', 'search', '{"q":"rain"}', { providerExecuted: true, dynamic: true }),
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['rain'], dynamic: true },
        ...call('p2', 'search', '', { providerExecuted: true, dynamic: true, providerMetadata: metadata }),
        { type: 'tool-result', toolCallId: 'p2', toolName: 'search', result: 'broke', isError: true, dynamic: true },
        ...call('p3', 'secret', '{}', { providerExecuted: true }),
        ...call('t1', 'clock', '{}'),
        finish('tool-calls'),
      ],
      [...begin, ...done],
    ],
  },
  'results of the provider that are not its last ones': {
    steps: [
      [
        ...begin,
        ...call('p1', 'search', '{"q":"rain"}', { providerExecuted: true, dynamic: true }),
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['r'], dynamic: true, preliminary: true },
        { type: 'tool-result', toolCallId: 'p1', toolName: 'search', result: ['rain'], dynamic: true },
        finish('stop'),
      ],
    ],
    // The SDK does not say so of the first one.
    differs: (sdk) =>
      sdk.map((chunk) => (JSON.stringify(chunk).includes('"r"') ? ({ ...chunk, preliminary: true } as never) : chunk)),
  },
  'sources, files and what only one provider has': {
    steps: [
      [
        ...begin,
        { type: 'source', sourceType: 'url', id: 's1', url: 'https://example.com/a', title: 'A' },
        { type: 'source', sourceType: 'document', id: 's2', mediaType: 'text/plain', title: 'B', filename: 'b.txt' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([104, 105]) } },
        { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        { type: 'custom', kind: 'some.thing', providerMetadata: metadata },
        finish('stop'),
      ],
    ],
  },
  'an error in the middle': {
    steps: [[...begin, { type: 'text-start', id: '0' }, { type: 'error', error: { message: 'x' } }, finish('error')]],
  },
  'a piece of a text that was not begun': {
    steps: [[...begin, { type: 'text-delta', id: '9', delta: 'lost' }, finish('stop')]],
    // The SDK passes the piece on, which its client breaks off at, and then the error.
    differs: (sdk) => sdk.filter(({ type }) => type !== 'text-delta'),
  },
  'a connection that breaks': { steps: [[...begin, { type: 'text-start', id: '0' }, 'break']] },
  'an early end': {
    steps: [[...begin, { type: 'text-start', id: '0' }, { type: 'text-delta', id: '0', delta: 'Hel' }]],
    // The SDK takes it for an end with the reason `other`, in the middle of a text.
    differs: (sdk) => [...sdk.slice(0, 3), { type: 'error', errorText: '' }],
  },
  'an end before the beginning': { steps: [[]] },
  'refusals before the first piece': {
    steps: [
      refusal(429, { responseHeaders: { 'retry-after-ms': '1' } }),
      refusal(503, { responseHeaders: { 'retry-after': '0' } }),
      [...begin, ...call('t1', 'clock', '{}'), finish('tool-calls')],
      refusal(500, { responseHeaders: { 'retry-after': new Date(0).toUTCString(), 'retry-after-ms': '1' } }),
      [...begin, ...done],
    ],
  },
  'a refusal that no repetition helps': { steps: [refusal(400)] },
  'a refusal that is none of the provider’s': { steps: [new Error('there is no key')] },
  'a refusal too many': {
    steps: Array.from({ length: 4 }, () => refusal(500, { responseHeaders: { 'retry-after-ms': '1' } })),
  },
  'more steps than it may have': {
    steps: Array.from({ length: 4 }, (_, index) => [
      ...begin,
      ...call(`t${index}`, 'clock', '{}'),
      finish('tool-calls'),
    ]),
  },
  'a stop between two steps': {
    steps: [
      [...begin, ...call('t1', 'clock', '{}'), finish('tool-calls')],
      (stop) => {
        stop();
        return [...begin, ...done];
      },
    ],
  },
};
