import { useEffect, useRef } from 'react';
import { meterOf, type VoiceCall } from '@parley/client';

/** How much each bar takes part, from the middle outwards. */
const BARS = [0.35, 0.6, 0.85, 1, 0.85, 0.6, 0.35];

/**
 * The microphone's level, or the assistant's while it speaks. The bars are moved directly: thirty renders a second would
 * be a waste, and a screen reader is told the level now and then only; so are those who want little to move.
 */
export function LevelMeter({ call }: { call: VoiceCall }) {
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let next = 0;
    let told = 0;
    const isCalm = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');
    const draw = (now: number): void => {
      next = requestAnimationFrame(draw);
      const bars = meter.current;
      const isTime = now - told > 500;
      if (bars === null || (isCalm?.matches === true && !isTime)) return;
      const speaking = call.state.get().name === 'speaking';
      const level = meterOf(speaking ? (call.playback.get()?.level ?? 0) : call.microphoneLevel.get());
      BARS.forEach((share, n) => {
        (bars.children[n] as HTMLElement).style.transform = `scaleY(${(0.14 + 0.86 * level * share).toFixed(3)})`;
      });
      if (!isTime) return;
      told = now;
      bars.setAttribute('aria-valuenow', String(Math.round(meterOf(call.microphoneLevel.get()) * 100)));
    };
    next = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(next);
  }, [call]);
  return (
    <div
      ref={meter}
      className="meter"
      role="meter"
      aria-label="Microphone level"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      data-testid="level-meter"
    >
      {BARS.map((_, n) => (
        <span key={n} />
      ))}
    </div>
  );
}
