import { shapeHistory } from './history';

const say = (role: 'user' | 'assistant', text: string) => ({ role, text });

it('joins neighbours, drops empty ones and begins with the user', () => {
  const turns = shapeHistory([
    say('assistant', 'hi'),
    say('user', 'a'),
    say('user', ' '),
    say('user', 'b'),
    say('assistant', 'c'),
    say('assistant', 'd'),
  ]);
  expect(turns).toEqual([
    { role: 'USER', pieces: ['a\nb'] },
    { role: 'ASSISTANT', pieces: ['c\nd'] },
  ]);
});

it('keeps the newest that fit beside the instructions, in bytes', () => {
  const messages = Array.from({ length: 10 }, (_, n) => say(n % 2 ? 'assistant' : 'user', `${n}`.repeat(10)));
  const limits = { messages: 40, pieceBytes: 1_000, totalBytes: 100 };
  expect(shapeHistory(messages, 55, limits).map(({ pieces }) => pieces[0]![0])).toEqual(['6', '7', '8', '9']);
  expect(shapeHistory(messages, 100, limits)).toEqual([]);
});

it('cuts long texts into pieces within one turn', () => {
  const [turn] = shapeHistory([say('user', 'x'.repeat(2_500))]);
  expect(turn!.pieces.map((piece) => piece.length)).toEqual([1_000, 1_000, 500]);
});
