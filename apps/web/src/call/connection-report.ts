import type { VoiceCall } from '@parley/client';

/** The numbers of a call, for people. Nothing that was said is in them, and no token. */
export function figuresOf(call: VoiceCall): [name: string, value: string][] {
  const { connectMs, roundTripMs, firstAudioMs, reconnects, resumes, resumeGapMs, bargeIns } = call.statistics.get();
  const gaps = call.playback.get()?.gaps;
  const bargeInMs = call.bargeInMs.get();
  const ms = (value: number | undefined): string => (value === undefined ? 'not yet' : `${Math.round(value)} ms`);
  return [
    ['Connecting took', ms(connectMs)],
    ['There and back on the line', ms(roundTripMs)],
    ['First sound after you spoke', ms(median(firstAudioMs))],
    ['Silence after you interrupted', ms(bargeInMs)],
    ['Interruptions', String(bargeIns)],
    ['Line found again', times(reconnects)],
    ['Voice replaced', resumes === 0 ? 'never' : `${times(resumes)}, ${ms(resumeGapMs)} of silence`],
    ['Gaps heard', gaps === undefined || gaps.count === 0 ? 'none' : `${gaps.count}, ${ms(gaps.totalMs)} in all`],
    ['Sound kept ready', ms(gaps?.startMs)],
    ['Written down', call.isKept === undefined ? 'not known yet' : call.isKept ? 'yes' : 'no'],
  ];
}

/** The same and what support asks for, as text to hand on. */
export function reportOf(call: VoiceCall, now = new Date()): string {
  const lines = [
    ['Time', now.toISOString()],
    ['Call', call.callId ?? 'none'],
    ['Conversation', call.conversationId ?? 'none'],
    ...outcomeOf(call),
    ...figuresOf(call),
    ['Browser', navigator.userAgent],
  ];
  return ['Parley, connection report', ...lines.map(([name, value]) => `${name}: ${value}`)].join('\n');
}

/** How it stands with the call, in codes alone: the words of an error may be anybody's. */
function outcomeOf(call: VoiceCall): [name: string, value: string][] {
  const state = call.state.get();
  const lines: [string, string][] = [['State', state.name]];
  if ('error' in state && state.error !== undefined) lines.push(['Error', `${state.error.code} (${state.error.kind})`]);
  if (state.name === 'ended') lines.push(['Ended because', state.reason]);
  return [...lines, ['Last close code', String(call.lastCloseCode ?? 'none')]];
}

const times = (count: number): string => (count === 1 ? 'once' : count === 0 ? 'never' : `${count} times`);

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
