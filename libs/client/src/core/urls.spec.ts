import { httpUrl, socketUrl } from './urls';

describe('URLs', () => {
  it.each([
    ['https://x.example', 'https://x.example/api/chat'],
    ['https://x.example/', 'https://x.example/api/chat'],
    ['https://x.example/app//', 'https://x.example/app/api/chat'],
    ['https://x.example/app?a=1#b', 'https://x.example/app/api/chat'],
  ])('puts a path under %s', (base, url) => expect(httpUrl(base, '/api/chat')).toBe(url));

  it.each([
    ['', 'https://page.example/api/chat'],
    ['/', 'https://page.example/api/chat'],
    ['/app/', 'https://page.example/app/api/chat'],
  ])('takes "%s" as the page’s own, and what does not depend on it without it', (base, url) => {
    expect(() => httpUrl(base, '/api/chat')).toThrow('Invalid URL'); // in Node there is no page
    Object.assign(globalThis, { location: { origin: 'https://page.example' } });
    try {
      expect(httpUrl(base, '/api/chat')).toBe(url);
      expect(socketUrl(base, '/api/chat')).toBe(url.replace('https', 'wss'));
      expect(httpUrl('http://other.example', 'a')).toBe('http://other.example/a');
    } finally {
      Reflect.deleteProperty(globalThis, 'location');
    }
  });

  it('writes a query, and leaves out what is undefined', () => {
    expect(httpUrl('http://x', 'a', { q: 'ä & b', limit: 3, cursor: undefined })).toBe(
      'http://x/a?q=%C3%A4+%26+b&limit=3',
    );
  });

  it.each([
    ['http://x.example', 'ws://x.example/ws/voice'],
    ['https://x.example', 'wss://x.example/ws/voice'],
  ])('makes a socket’s URL of %s', (base, url) => expect(socketUrl(base, '/ws/voice')).toBe(url));

  it('takes no other scheme', () => expect(() => httpUrl('javascript:alert(1)', 'a')).toThrow(TypeError));
});
