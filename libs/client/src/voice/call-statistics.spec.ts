import { CallMeter } from './call-statistics';

describe('CallMeter', () => {
  let time = 0;
  const meter = () => {
    time = 0;
    return new CallMeter(
      () => time,
      () => undefined,
    );
  };

  it('measures from the last loud moment to the first sound of the answer, once an answer', () => {
    const call = meter();
    for (time of [100, 200, 300]) call.level(0.2);
    time = 900;
    call.level(0.001);
    call.played({ isAudible: true }); // still the answer before
    call.understood();
    time = 1_020;
    call.played({ isAudible: false }); // its silence before the first word
    time = 1_050;
    call.played({ isAudible: true });
    time = 1_080;
    call.played({ isAudible: true });
    expect(call.statistics.firstAudioMs).toEqual([750]);
  });

  it('knows the last round trip of the line', () => {
    const call = meter();
    for (const ms of [80, 12.4]) call.roundTrip(ms);
    expect(call.statistics.roundTripMs).toBe(12);
  });

  it('takes the first readiness for the connection, and later ones for reconnections', () => {
    const call = meter();
    call.dialled();
    time = 420;
    call.ready();
    call.ready();
    expect(call.statistics).toMatchObject({ connectMs: 420, reconnects: 1 });
  });

  it('adds up replaced streams, their gaps, and interruptions', () => {
    const call = meter();
    call.resumed(120);
    call.resumed(80);
    call.bargedIn();
    expect(call.statistics).toMatchObject({ resumes: 2, resumeGapMs: 200, bargeIns: 1 });
  });
});
