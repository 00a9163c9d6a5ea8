import { InputQueue } from './input-queue';
import { NovaInputStream, pieces, type NovaOpening } from './input-stream';
import { isInterruptionMarker, parseNovaOutput } from './output-event';
import { profileOf } from './profiles';

const NOVA_2 = profileOf('amazon.nova-2-sonic-v1:0');
const opening: NovaOpening = { instructions: 'Be kind.', voiceId: 'tiffany', maxTokens: 1024, tools: [], history: [] };
const names = (events: readonly string[]) =>
  events.map((text) => Object.keys((JSON.parse(text) as { event: object }).event)[0]);
const body = <T = Record<string, unknown>>(text: string | undefined) =>
  Object.values((JSON.parse(text!) as { event: Record<string, T> }).event)[0]!;

describe('the input side of a stream', () => {
  it('opens in the only legal order, history before audio, and leaves the audio block open', () => {
    const events = new NovaInputStream(NOVA_2).open({
      ...opening,
      history: [
        { role: 'USER', pieces: ['a', 'b'] },
        { role: 'ASSISTANT', pieces: ['c'] },
      ],
    });
    expect(names(events)).toEqual([
      'sessionStart', 'promptStart',
      'contentStart', 'textInput', 'contentEnd',
      'contentStart', 'textInput', 'textInput', 'contentEnd',
      'contentStart', 'textInput', 'contentEnd',
      'contentStart',
    ]); // prettier-ignore
    expect(body(events[2])).toMatchObject({ role: 'SYSTEM', interactive: false });
    expect(body(events.at(-1))).toMatchObject({ type: 'AUDIO', role: 'USER', interactive: true });
  });

  it('puts turn detection inside sessionStart and the tool schema as a string', () => {
    const tools = [{ name: 'lookup', description: 'Looks up.', inputSchemaJson: '{"type":"object"}' }];
    const [session, prompt] = new NovaInputStream(NOVA_2).open({ ...opening, tools });
    expect(body(session)).toHaveProperty('turnDetectionConfiguration.endpointingSensitivity', 'MEDIUM');
    expect(body(prompt)).toHaveProperty('toolConfiguration.tools.0.toolSpec.inputSchema.json', '{"type":"object"}');
    expect(body(new NovaInputStream(NOVA_2).open(opening)[1])).not.toHaveProperty('toolConfiguration');
  });

  it('writes a tool result as one block that names the call', () => {
    const stream = new NovaInputStream(NOVA_2);
    stream.open(opening);
    const events = stream.toolResult('use-1', { ok: true });
    expect(names(events)).toEqual(['contentStart', 'toolResult', 'contentEnd']);
    expect(body(events[0])).toHaveProperty('toolResultInputConfiguration.toolUseId', 'use-1');
    expect(body(events[1])).toMatchObject({ content: '{"ok":true}' });
    expect(new Set(events.map((event) => body(event)['contentName'])).size).toBe(1);
  });

  it('marks typed text as interactive and history not', () => {
    const stream = new NovaInputStream(NOVA_2);
    stream.open(opening);
    expect(body(stream.text('hello')[0])).toMatchObject({ interactive: true, role: 'USER' });
  });

  it('sends one silent frame before it closes an audio block that had no data', () => {
    const silent = new NovaInputStream(NOVA_2);
    silent.open(opening);
    expect(names(silent.end())).toEqual(['audioInput', 'contentEnd', 'promptEnd', 'sessionEnd']);
    const heard = new NovaInputStream(NOVA_2);
    heard.open(opening);
    heard.audio(Buffer.alloc(2));
    expect(names(heard.end())).toEqual(['contentEnd', 'promptEnd', 'sessionEnd']);
  });

  it('refuses every illegal order and ends legally only once', () => {
    const stream = new NovaInputStream(NOVA_2);
    expect(stream.end()).toEqual([]);
    expect(() => stream.audio(Buffer.alloc(2))).toThrow('is new');
    stream.open(opening);
    expect(() => stream.open(opening)).toThrow('is open');
    stream.end();
    expect(stream.end()).toEqual([]);
    expect(() => stream.text('late')).toThrow('is ended');
  });

  it('cuts long text between characters, at UTF-8 bytes', () => {
    const text = 'aé€😀'.repeat(100);
    const cut = pieces(text, 7);
    expect(cut.join('')).toBe(text);
    for (const piece of cut) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(7);
    expect(pieces('', 7)).toEqual(['']);
  });
});

describe('the writer', () => {
  const written = async (queue: InputQueue) => {
    const all: string[] = [];
    for await (const bytes of queue) all.push(Buffer.from(bytes).toString());
    return all;
  };
  const encode = (frame: Buffer) => `audio ${[...frame.filter((_, at) => at % 1_280 === 0)].join('+')}`;

  it('writes control events before audio and never audio between them', async () => {
    const queue = new InputQueue(encode);
    queue.pushAudio(Buffer.from([1, 0]));
    queue.pushControl(['start', 'text', 'end']);
    const reader = queue[Symbol.asyncIterator]();
    const take = async () => String(Buffer.from((await reader.next()).value as Uint8Array));
    expect([await take(), await take()]).toEqual(['start', 'text']);
    queue.pushAudio(Buffer.from([2, 0]));
    expect([await take(), await take()]).toEqual(['end', 'audio 1']);
  });

  it('writes what waits together as one event, a quarter of a second at most, and lets nothing wait for that', async () => {
    const queue = new InputQueue(encode);
    const reader = queue[Symbol.asyncIterator]();
    const take = async () => String(Buffer.from((await reader.next()).value as Uint8Array));
    const frame = (n: number) => Buffer.alloc(32 * 40, n);
    queue.pushAudio(frame(1));
    expect(await take()).toBe('audio 1');
    for (let n = 2; n <= 9; n += 1) queue.pushAudio(frame(n));
    queue.pushAgain([frame(0)]);
    expect([await take(), await take(), await take()]).toEqual(['audio 0', 'audio 2+3+4+5+6+7', 'audio 8+9']);
    expect(queue.waitingMs).toBe(0);
  });

  it('drops the oldest audio beyond its bound, counts it, and never a control event', async () => {
    const queue = new InputQueue(encode, 100);
    for (let n = 1; n <= 5; n += 1) queue.pushAudio(Buffer.alloc(32 * 40, n));
    queue.pushControl(Array.from({ length: 500 }, () => 'control'));
    expect([queue.droppedMs, queue.waitingMs]).toEqual([120, 80]);
    const reader = queue[Symbol.asyncIterator]();
    for (let n = 0; n < 500; n += 1) await reader.next();
    expect(String(Buffer.from((await reader.next()).value as Uint8Array))).toBe('audio 4+5');
  });

  it('ends its reader, also one that waits, and writes nothing after its last words', async () => {
    const queue = new InputQueue(encode);
    const all = written(queue);
    await Promise.resolve();
    queue.pushAudio(Buffer.from([9, 0]));
    queue.end(['bye']);
    queue.pushControl(['late']);
    queue.pushAudio(Buffer.from([1, 0]));
    expect(await all).toEqual(['bye']);
  });
});

describe('what the model says', () => {
  it.each(['{ "interrupted" : true }', ' {"interrupted":true}\n'])('knows the interruption marker %s', (text) =>
    expect(isInterruptionMarker(text)).toBe(true),
  );
  it.each(['interrupted', '{"interrupted":false}', '{"interrupted"', '{}', 'I said { "interrupted" : true }'])(
    'takes %s for words',
    (text) => expect(isInterruptionMarker(text)).toBe(false),
  );
  it.each(['', 'garbage', '[]', '{"event":null}', '{"event":3}'])('ignores %s', (text) =>
    expect(parseNovaOutput(Buffer.from(text))).toBeUndefined(),
  );
});

describe('what a model can do', () => {
  it('is known of Nova 1 and 2, with their voices', () => {
    const [one, two] = [profileOf('amazon.nova-sonic-v1:0'), profileOf('amazon.nova-2-sonic-v1:0')];
    expect(one).toMatchObject({ turnDetection: false, crossModalText: false, asyncTools: false });
    expect(two).toMatchObject({ turnDetection: true, crossModalText: true, asyncTools: true });
    expect([one.voices!.has('greta'), one.voices!.has('tina')]).toEqual([true, false]);
    expect([two.voices!.has('greta'), two.voices!.has('tina')]).toEqual([false, true]);
  });

  it('is known of 2.5 as of 2, but for its voices: any is passed on', () =>
    expect(profileOf('amazon.nova-2-5-sonic')).toEqual({ ...NOVA_2, voices: undefined }));

  it('is found in an ARN too', () =>
    expect(profileOf('arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-sonic-v1:0')).toBe(NOVA_2));

  it('is the least of a model that nobody knows, within the limits of those that are known', () => {
    const later = profileOf('amazon.nova-9-sonic-v1:0');
    expect(later).toMatchObject({ known: false, turnDetection: false, crossModalText: false, asyncTools: false });
    expect(later.voices).toBeUndefined();
    expect(later.limits).toEqual(NOVA_2.limits);
  });

  it('bounds each piece of what a stream is told', () => {
    const limits = {
      ...NOVA_2.limits,
      instructionsPieceBytes: 10,
      history: { ...NOVA_2.limits.history, pieceBytes: 4 },
    };
    const stream = new NovaInputStream({ turnDetection: true, limits });
    const texts = (events: string[]) =>
      events.filter((event) => event.includes('textInput"')).map((event) => body(event)['content']);
    expect(texts(stream.open({ ...opening, instructions: 'x'.repeat(25) }))).toEqual([
      'x'.repeat(10),
      'x'.repeat(10),
      'xxxxx',
    ]);
    expect(texts(stream.text('abcdefg'))).toEqual(['abcd', 'efg']);
  });

  it('decides whether turn detection is asked for', () => {
    const opening = { instructions: 'x', voiceId: 'matthew', maxTokens: 64, tools: [], history: [] };
    const asks = (modelId: string) =>
      new NovaInputStream(profileOf(modelId)).open(opening)[0]!.includes('turnDetection');
    const ids = ['amazon.nova-sonic-v1:0', 'amazon.nova-2-5-sonic', 'amazon.nova-9-sonic-v1:0'];
    expect(ids.map(asks)).toEqual([false, true, false]);
  });
});
