import { EventEmitter } from 'node:events';
import { CHAT_WIRE, VOICE_WIRE, everyServerEvents, type Wire } from '@parley/protocol';
import { z } from 'zod';
import { WireWatch, asyncApiFaults, type AsyncApiDocument } from '../testing';
import { asyncApiOf } from './asyncapi';

const WIRE: Wire = {
  name: 'echo',
  path: '/ws/echo',
  description: 'Says it again',
  frames: 'named',
  client: { say: z.object({ text: z.string().max(5) }).describe('Say it') },
  server: { said: z.object({ text: z.string() }).describe('It was said'), error: everyServerEvents.error },
  answers: { say: 'said' },
};

describe.each([WIRE, CHAT_WIRE, VOICE_WIRE])('the document of $path', (wire) => {
  it('keeps the rules of AsyncAPI 3.0, and does not when it is spoilt', () => {
    const document = asyncApiOf(wire);
    expect(asyncApiFaults(document)).toEqual([]);
    expect(asyncApiFaults({ ...document, channels: {} })).not.toEqual([]);
    expect(asyncApiFaults({ ...document, asyncapi: '2.6.0' })).not.toEqual([]);
    expect(asyncApiFaults({ ...document, operations: { x: { action: 'tell' } } })).not.toEqual([]);
  });

  it('has each event of both ends once, as an operation with what answers it', () => {
    const { operations } = asyncApiOf(wire) as { operations: Record<string, { action: string; reply?: object }> };
    const events = [...Object.keys(wire.client), ...(wire.binary ? ['binary'] : [])];
    const received = Object.entries(operations).filter(([, { action }]) => action === 'receive');
    expect(received.map(([name]) => name)).toEqual(events.map((name) => `client.${name}`));
    expect(received.every(([, { reply }]) => reply !== undefined)).toBe(true);
  });
});

describe('WireWatch', () => {
  const cases: [string, object, object | undefined, string[]][] = [
    ['a good frame and its answer', say('hi'), said({ text: 'hi' }), []],
    ['a bad frame and its refusal', say('much too long'), refused('invalid_frame'), []],
    ['a frame of a newer client', { event: 'sing', data: {}, ref: '1' }, refused('invalid_frame'), []],
    ['a bad frame that was not read', say('much too long'), refused('too_fast'), []],
    ['a field that the document does not have', say('hi'), said({ text: 'hi', at: 1 }), ['server.said']],
    ['a field that is missing', say('hi'), said({}), ['server.said']],
    ['an event that the document does not have', say('hi'), { event: 'sung', data: {} }, ['server.sung']],
    ['a good frame that is refused', say('hi'), refused('invalid_frame'), ['client.say fits']],
    ['a bad frame that is answered', say('much too long'), said({ text: '' }), ['client.say does not fit']],
    ['a bad frame of which nothing is heard', { event: 'say', data: {} }, undefined, ['client.say does not fit']],
    ['an answer to something else', say('hi'), { event: 'sung', ref: '1' }, ['server.sung', 'client.say is answered']],
  ];
  it.each(cases)('judges %s', (_, frame, answer, faults) => {
    const watch = new WireWatch(asyncApiOf(WIRE) as unknown as AsyncApiDocument);
    const socket = watch.over(Object.assign(new EventEmitter(), { send: () => undefined }) as never) as EventEmitter & {
      send(text: string): void;
    };
    socket.send(JSON.stringify(frame));
    if (answer !== undefined) socket.emit('message', JSON.stringify(answer), false);
    expect(watch.faults).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});

it('WireWatch knows what did not cross', () => {
  const watch = new WireWatch(asyncApiOf(WIRE) as unknown as AsyncApiDocument);
  const socket = watch.over(Object.assign(new EventEmitter(), { send: () => undefined }) as never) as EventEmitter;
  expect(watch.unseen).toEqual(['client.say', 'server.said', 'server.error']);
  socket.emit('message', JSON.stringify(said({ text: 'hi' })), false);
  expect(watch.unseen).toEqual(['client.say', 'server.error']);
});

function say(text: string) {
  return { event: 'say', data: { text }, ref: '1' };
}
function said(data: object) {
  return { event: 'said', data, ref: '1' };
}
function refused(code: string) {
  return { event: 'error', data: { code, kind: 'invalid', message: 'In words' }, ref: '1' };
}
