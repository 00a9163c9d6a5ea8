import { Transcript } from './transcript';

const stage = (generationStage: string) => JSON.stringify({ generationStage });
let blocks = 0;
function say(
  transcript: Transcript,
  role: 'USER' | 'ASSISTANT',
  generationStage: 'FINAL' | 'SPECULATIVE',
  content: string,
  facts: { messageId?: string; seq?: number; stopReason?: 'PARTIAL_TURN' | 'INTERRUPTED'; typed?: true } = {},
) {
  const { stopReason = 'PARTIAL_TURN', ...place } = facts;
  const contentId = `block-${(blocks += 1)}`;
  transcript.contentStart({ contentId, type: 'TEXT', role, additionalModelFields: stage(generationStage) });
  transcript.textOutput({ contentId, role, content, ...place });
  transcript.contentEnd({ contentId, type: 'TEXT', stopReason });
}
const shown = ({ lines }: Transcript) => lines.map(({ text, stage }) => `${stage}: ${text}`);

describe('Transcript', () => {
  it('replaces SPECULATIVE by FINAL in the same line', () => {
    const transcript = new Transcript();
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'Hello there.');
    const [{ key } = { key: '' }] = transcript.lines;
    say(transcript, 'ASSISTANT', 'FINAL', 'Hello, there.', { messageId: 'm1', seq: 2 });
    expect(transcript.lines).toEqual([
      { key, role: 'assistant', text: 'Hello, there.', stage: 'final', messageId: 'm1', seq: 2 },
    ]);
  });

  it('keeps a sentence that is rightly said twice', () => {
    const transcript = new Transcript();
    for (const messageId of ['m1', 'm2']) {
      say(transcript, 'ASSISTANT', 'SPECULATIVE', 'Yes.');
      say(transcript, 'ASSISTANT', 'FINAL', 'Yes.', { messageId });
    }
    expect(shown(transcript)).toEqual(['final: Yes.', 'final: Yes.']);
  });

  it('matches FINAL texts in order when several sentences wait', () => {
    const transcript = new Transcript();
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'One.');
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'Two.');
    say(transcript, 'ASSISTANT', 'FINAL', 'One.');
    expect(shown(transcript)).toEqual(['final: One.', 'speculative: Two.']);
  });

  it('drops what was not said once the next turn begins', () => {
    const transcript = new Transcript();
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'A long sentence.');
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'And another.');
    transcript.textOutput({ contentId: 'x', role: 'ASSISTANT', content: ' { "interrupted" : true } ' });
    expect(transcript.lines.map(({ interrupted }) => interrupted)).toEqual([true, true]);
    say(transcript, 'ASSISTANT', 'FINAL', 'A long', { stopReason: 'INTERRUPTED' });
    say(transcript, 'USER', 'FINAL', 'wait');
    expect(shown(transcript)).toEqual(['final: A long', 'final: wait']);
    expect(transcript.lines[0]).toMatchObject({ interrupted: true });
  });

  it('never shows the interrupted marker', () => {
    const transcript = new Transcript();
    transcript.textOutput({ contentId: 'x', role: 'ASSISTANT', content: '{"interrupted":true}' });
    expect(transcript.lines).toEqual([]);
  });

  it('shows a message once when the service says it again after a resume', () => {
    const transcript = new Transcript();
    say(transcript, 'USER', 'FINAL', 'hello', { messageId: 'm1', seq: 1 });
    say(transcript, 'USER', 'FINAL', 'hello', { messageId: 'm1', seq: 1 });
    expect(shown(transcript)).toEqual(['final: hello']);
  });

  it('joins the pieces of one block', () => {
    const transcript = new Transcript();
    transcript.contentStart({
      contentId: 'b',
      type: 'TEXT',
      role: 'ASSISTANT',
      additionalModelFields: stage('SPECULATIVE'),
    });
    transcript.textOutput({ contentId: 'b', role: 'ASSISTANT', content: 'Hello ' });
    transcript.textOutput({ contentId: 'b', role: 'ASSISTANT', content: 'you.' });
    expect(shown(transcript)).toEqual(['speculative: Hello you.']);
  });

  it('confirms what was typed instead of showing it again', () => {
    const transcript = new Transcript();
    transcript.typed('my number is 12');
    say(transcript, 'USER', 'FINAL', 'my number is 12', { messageId: 'm1' });
    expect(shown(transcript)).toEqual(['final: my number is 12']);
    expect(transcript.lines[0]!.typed).toBe(true);
  });

  it('knows what was typed from the service too, where another device did', () => {
    const transcript = new Transcript();
    say(transcript, 'USER', 'FINAL', 'my number is 12', { messageId: 'm1', typed: true });
    say(transcript, 'USER', 'FINAL', 'and my name is Al', { messageId: 'm2' });
    expect(transcript.lines.map(({ typed }) => typed)).toEqual([true, undefined]);
  });

  it('shows nothing unsaid after the end', () => {
    const transcript = new Transcript();
    say(transcript, 'ASSISTANT', 'FINAL', 'Said.');
    say(transcript, 'ASSISTANT', 'SPECULATIVE', 'Not said.');
    transcript.ended();
    expect(shown(transcript)).toEqual(['final: Said.']);
  });
});
