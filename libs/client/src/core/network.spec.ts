import { browserNetwork } from './network';

/** As much of a page as the network looks at. */
class Page extends EventTarget {
  visibilityState = 'hidden';

  show(state: 'visible' | 'hidden'): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
let frame: EventTarget;
let navigator: { onLine?: boolean };
const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator')!;
beforeEach(() => {
  page = new Page();
  frame = new EventTarget();
  navigator = {};
  Object.assign(globalThis, {
    document: page,
    addEventListener: frame.addEventListener.bind(frame),
    removeEventListener: frame.removeEventListener.bind(frame),
  });
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: navigator });
});
afterEach(() => {
  for (const name of ['document', 'addEventListener', 'removeEventListener']) Reflect.deleteProperty(globalThis, name);
  Object.defineProperty(globalThis, 'navigator', own);
});

describe('the network of a browser', () => {
  it('is offline only where the browser is sure of it', () => {
    expect(browserNetwork.isOnline).toBe(true);
    navigator.onLine = true;
    expect(browserNetwork.isOnline).toBe(true);
    navigator.onLine = false;
    expect(browserNetwork.isOnline).toBe(false);
  });

  it('returns when the machine is online again and when the page is looked at again, until nobody listens', () => {
    let returns = 0;
    const stop = browserNetwork.onReturn(() => (returns += 1));
    frame.dispatchEvent(new Event('online'));
    expect(returns).toBe(1);
    page.show('hidden');
    expect(returns).toBe(1);
    page.show('visible');
    expect(returns).toBe(2);
    stop();
    page.show('visible');
    frame.dispatchEvent(new Event('online'));
    expect(returns).toBe(2);
  });
});

describe('the network of a browser that is lost', () => {
  it('tells so once, until nobody listens', () => {
    let losses = 0;
    const stop = browserNetwork.onLoss(() => (losses += 1));
    frame.dispatchEvent(new Event('offline'));
    frame.dispatchEvent(new Event('online'));
    expect(losses).toBe(1);
    stop();
    frame.dispatchEvent(new Event('offline'));
    expect(losses).toBe(1);
  });
});

it('never returns in Node, where there is no page', () => {
  Reflect.deleteProperty(globalThis, 'document');
  let returns = 0;
  const stop = browserNetwork.onReturn(() => (returns += 1));
  frame.dispatchEvent(new Event('online'));
  stop();
  expect(returns).toBe(0);
});
