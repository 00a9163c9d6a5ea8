import { keepRunning, loadWorklet } from './audio-context';

/** An AudioContext that a phone call or the browser stops. */
class FakeContext extends EventTarget {
  state = 'running';
  resumed = 0;
  /** A browser that wants a gesture first refuses. */
  wantsGesture = false;
  readonly loads: string[] = [];
  isThere = true;
  audioWorklet = {
    addModule: (url: string) => {
      this.loads.push(url);
      return this.isThere ? Promise.resolve() : Promise.reject(new Error('404'));
    },
  };

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }

  resume(): Promise<void> {
    this.resumed += 1;
    if (this.wantsGesture) return Promise.reject(new Error('NotAllowedError'));
    this.state = 'running';
    return Promise.resolve();
  }
}
const asContext = (fake: FakeContext) => fake as unknown as AudioContext;

describe('keepRunning', () => {
  const page = new EventTarget();
  beforeAll(() => void Object.assign(globalThis, { document: page }));
  afterAll(() => void Reflect.deleteProperty(globalThis, 'document'));

  it.each(['suspended', 'interrupted'])('goes on when the browser made it %s', (state) => {
    const context = new FakeContext();
    const stop = keepRunning(asContext(context));
    context.become(state);
    expect([context.resumed, context.state]).toEqual([1, 'running']);
    stop();
  });

  it('goes on with the next click or key where the browser wants a gesture', () => {
    const context = new FakeContext();
    const stop = keepRunning(asContext(context));
    context.wantsGesture = true;
    context.become('suspended');
    page.dispatchEvent(new Event('visibilitychange'));
    expect([context.resumed, context.state]).toEqual([2, 'suspended']);
    context.wantsGesture = false;
    page.dispatchEvent(new Event('pointerdown'));
    expect([context.resumed, context.state]).toEqual([3, 'running']);
    stop();
  });

  it('leaves a context alone that runs, that is closed, or that nobody keeps any more', () => {
    const context = new FakeContext();
    const stop = keepRunning(asContext(context));
    page.dispatchEvent(new Event('keydown'));
    context.become('closed');
    stop();
    context.become('suspended');
    page.dispatchEvent(new Event('keydown'));
    expect(context.resumed).toBe(0);
  });
});

describe('loadWorklet', () => {
  it('loads a file into a context once, and again after it was not there', async () => {
    const context = new FakeContext();
    context.isThere = false;
    await expect(loadWorklet(asContext(context), '/w.js')).rejects.toMatchObject({ code: 'audio_failed' });
    context.isThere = true;
    await Promise.all([loadWorklet(asContext(context), '/w.js'), loadWorklet(asContext(context), '/w.js')]);
    await loadWorklet(asContext(new FakeContext()), '/w.js');
    expect(context.loads).toEqual(['/w.js', '/w.js']);
  });
});
