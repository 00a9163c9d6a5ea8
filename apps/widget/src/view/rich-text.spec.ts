/** @jest-environment jsdom */
import { richText } from './rich-text';

const html = (text: string) => {
  const place = document.createElement('div');
  place.append(...richText(text));
  return place.innerHTML;
};

it.each([
  ['One.\n\nTwo\nlines.', '<p>One.</p><p>Two<br>lines.</p>'],
  [
    'Take:\n- a **lamp**\n- a `bulb`',
    '<p>Take:</p><ul><li>a <strong>lamp</strong></li><li>a <code>bulb</code></li></ul>',
  ],
  ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
  ['# Delivery\n\nTwo days.', '<p>Delivery</p><p>Two days.</p>'],
  [
    'See [returns](https://shop.example/r).',
    '<p>See <a href="https://shop.example/r" target="_blank" rel="noopener noreferrer">returns</a>.</p>',
  ],
])('shows %j', (text, shown) => expect(html(text)).toBe(shown));

it.each(['<img src=x onerror=alert(1)>', '[x](javascript:alert(1))', '<b>bold</b>'])('takes %j for text', (text) => {
  const place = document.createElement('div');
  place.append(...richText(text));
  expect(place.querySelectorAll('p > *')).toHaveLength(0);
  expect(place.textContent).toBe(text);
});
