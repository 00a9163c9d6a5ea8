export interface Problem {
  id: string;
  title: string;
  /** Paragraphs, as they are read. */
  text: readonly string[];
  /** The function that the tests call. */
  entry: string;
  /** What the editor begins with. */
  starter: string;
  /** Plain JSON: they travel to the worker as text. */
  tests: readonly { input: readonly unknown[]; expected: unknown }[];
}

export const PROBLEMS: readonly Problem[] = [
  {
    id: 'two-sum',
    title: 'Two numbers that add up',
    text: [
      'Given a list of whole numbers and a target, return the positions of the two numbers that add up to the target, the smaller position first.',
      'Exactly one pair does. A number may not be used twice, but the same value may stand at two positions.',
      'Can you do it with one walk through the list?',
    ],
    entry: 'twoSum',
    starter: 'function twoSum(numbers, target) {\n  \n}\n',
    tests: [
      { input: [[2, 7, 11, 15], 9], expected: [0, 1] },
      { input: [[3, 2, 4], 6], expected: [1, 2] },
      { input: [[3, 3], 6], expected: [0, 1] },
      { input: [[-5, 8, 1, 12, 4], 7], expected: [0, 3] },
    ],
  },
  {
    id: 'balanced-brackets',
    title: 'Balanced brackets',
    text: [
      'Given a text, say whether its brackets are balanced: every (, [ and { is closed by its own kind, and in the right order.',
      'Every other character is ignored. A text without brackets is balanced.',
    ],
    entry: 'isBalanced',
    starter: 'function isBalanced(text) {\n  \n}\n',
    tests: [
      { input: ['()[]{}'], expected: true },
      { input: ['if (a[0]) { b(); }'], expected: true },
      { input: ['(]'], expected: false },
      { input: ['([)]'], expected: false },
      { input: ['(('], expected: false },
      { input: [''], expected: true },
    ],
  },
  {
    id: 'merge-intervals',
    title: 'Merge what overlaps',
    text: [
      'Given a list of intervals [start, end] in no order, return the fewest intervals that cover the same numbers, sorted by their start.',
      'Intervals that touch are merged: [1, 4] and [4, 5] are [1, 5].',
    ],
    entry: 'mergeIntervals',
    starter: 'function mergeIntervals(intervals) {\n  \n}\n',
    tests: [
      { input: [[[1, 3], [2, 6], [8, 10], [15, 18]]], expected: [[1, 6], [8, 10], [15, 18]] }, // prettier-ignore
      { input: [[[1, 4], [4, 5]]], expected: [[1, 5]] }, // prettier-ignore
      { input: [[[6, 8], [1, 9]]], expected: [[1, 9]] }, // prettier-ignore
      { input: [[]], expected: [] },
    ],
  },
  {
    id: 'run-lengths',
    title: 'Run lengths',
    text: [
      'Shorten a text by writing each run of the same letter once, followed by its length: "aaab" becomes "a3b".',
      'A run of one has no number. The text consists of the letters a to z.',
    ],
    entry: 'runLengths',
    starter: 'function runLengths(text) {\n  \n}\n',
    tests: [
      { input: ['aaab'], expected: 'a3b' },
      { input: ['abc'], expected: 'abc' },
      { input: ['zzzzzzzzzzzz'], expected: 'z12' },
      { input: [''], expected: '' },
    ],
  },
];

/** `twoSum([2,7], 9)`: how a test calls the function. */
export const callOf = ({ entry }: Problem, input: readonly unknown[]): string =>
  `${entry}(${input.map((value) => JSON.stringify(value)).join(', ')})`;
