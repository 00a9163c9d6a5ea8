import { httpUrl, socketUrl } from './urls';

describe('URLs', () => {
  it.each([
    ['https://x.example', 'https://x.example/api/chat'],
    ['https://x.example/', 'https://x.example/api/chat'],
    ['https://x.example/app//', 'https://x.example/app/api/chat'],
    ['https://x.example/app?a=1#b', 'https://x.example/app/api/chat'],
  ])('puts a path under %s', (base, url) => expect(httpUrl(base, '/api/chat')).toBe(url));

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
