import type { UIMessageChunk } from 'ai';
import { AnswerParts } from './answer-parts';

const partsOf = (...chunks: UIMessageChunk[]) => {
  const parts = new AnswerParts();
  for (const chunk of chunks) parts.add(chunk);
  return parts;
};
const text = (id: string, delta: string): UIMessageChunk[] => [
  { type: 'text-start', id },
  { type: 'text-delta', id, delta },
  { type: 'text-end', id },
];

it('keeps the texts of two steps apart, though providers give both the same id', () => {
  const parts = partsOf(
    { type: 'start-step' },
    ...text('0', 'One moment.'),
    { type: 'finish-step' },
    { type: 'start-step' },
    ...text('0', 'It rains.'),
    { type: 'finish-step' },
  );
  expect(parts.message()).toEqual([
    { type: 'text', text: 'One moment.' },
    { type: 'text', text: 'It rains.' },
  ]);
  expect(parts.closing()).toEqual([]);
});

it('closes a text that its provider never ended, and the step around it', () => {
  const parts = partsOf(
    { type: 'start-step' },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Hel' },
  );
  expect(parts.closing()).toEqual([{ type: 'text-end', id: '0' }, { type: 'finish-step' }]);
  expect(parts.message()).toEqual([{ type: 'text', text: 'Hel' }]);
});

it('takes no piece of a text that was never begun', () => {
  expect(partsOf({ type: 'text-delta', id: '7', delta: 'lost' }).message()).toEqual([]);
});
