import { shapeHistory } from './history';
import { profileOf } from './nova/profiles';

const NOVA_2 = profileOf('amazon.nova-2-sonic-v1:0').limits.history;

const say = (role: 'user' | 'assistant', text: string) => ({ role, text });

it('joins neighbours, drops empty ones and begins with the user', () => {
  const turns = shapeHistory(
    [
      say('assistant', 'hi'),
      say('user', 'a'),
      say('user', ' '),
      say('user', 'b'),
      say('assistant', 'c'),
      say('assistant', 'd'),
    ],
    NOVA_2,
  );
  expect(turns).toEqual([
    { role: 'USER', pieces: ['a\nb'] },
    { role: 'ASSISTANT', pieces: ['c\nd'] },
  ]);
});

it('keeps the newest that fit beside the instructions, in bytes', () => {
  const messages = Array.from({ length: 10 }, (_, n) => say(n % 2 ? 'assistant' : 'user', `${n}`.repeat(10)));
  const limits = { messages: 40, pieceBytes: 1_000, totalBytes: 100 };
  expect(shapeHistory(messages, limits, 55).map(({ pieces }) => pieces[0]![0])).toEqual(['6', '7', '8', '9']);
  expect(shapeHistory(messages, limits, 100)).toEqual([]);
});

it('cuts long texts into pieces within one turn', () => {
  const [turn] = shapeHistory([say('user', 'x'.repeat(2_500))], NOVA_2);
  expect(turn!.pieces.map((piece) => piece.length)).toEqual([1_000, 1_000, 500]);
});
