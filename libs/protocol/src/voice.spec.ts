import { stageOf, voiceClientEvents } from './index';

describe('stageOf', () => {
  it.each([
    ['{"generationStage":"FINAL"}', 'FINAL'],
    ['{"generationStage":"SPECULATIVE","x":1}', 'SPECULATIVE'],
    ['{"generationStage":"LATER"}', undefined],
    ['null', undefined],
    ['not json', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (fields, stage) => expect(stageOf(fields)).toBe(stage));
});

describe('callStart', () => {
  it('means binary audio when it does not say', () =>
    expect(voiceClientEvents.callStart.parse({}).audio).toBe('binary'));
  it('ignores unknown fields, so that newer clients keep working', () =>
    expect(voiceClientEvents.callStart.parse({ later: true })).toEqual({ audio: 'binary' }));
  it.each(['short', 'has spaces in it ok', '../../../../etc/passwd', 'x'.repeat(65)])(
    'refuses the conversation id %s',
    (conversationId) => expect(voiceClientEvents.callStart.safeParse({ conversationId }).success).toBe(false),
  );
});
