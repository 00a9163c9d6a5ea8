import { isAddressed } from './addressing';

const said = (text: string) => isAddressed([{ type: 'text', text }], ['general', 'Parley Guide']);

it.each([
  ['@general what is this?', true],
  ['what is this, @General?', true],
  ['(@parley guide) help', true],
  ['@generals march', false],
  ['mail me@general', false],
  ['me@general.example, no: @general!', true],
  ['@gener', false],
  ['general', false],
  ['', false],
])('%j', (text, expected) => expect(said(text)).toBe(expected));
