import { excerpt, titleFrom } from './preview';

describe('an excerpt', () => {
  it('is one line, cut at a word', () => {
    expect(excerpt('  How do\nI bake  bread?  ', 40)).toBe('How do I bake bread?');
    expect(excerpt('How do I bake bread at home', 16)).toBe('How do I bake…');
  });

  it('never cuts a character in two', () => {
    expect(excerpt('🎧🎧🎧🎧', 3)).toBe('🎧🎧…');
  });

  it('is no title when there is no text', () => {
    expect(titleFrom([{ type: 'tool-search' }, { type: 'text', text: ' ' }])).toBeUndefined();
  });
});
