import type { Principal } from '../domain/principal';
import type { TicketStore } from '../domain/tickets';

const INVALID = { code: 'invalid_token' };

/** What every `TicketStore` promises. @param make two clients of one store */
export function describeTicketStore(
  name: string,
  make: (now: () => number) => Promise<[TicketStore, TicketStore]>,
): void {
  describe(`${name} as a ticket store`, () => {
    let nowMs: number;
    let here: TicketStore;
    let there: TicketStore;
    const principal = (more: Partial<Principal> = {}): Principal => ({
      kind: 'user',
      id: 'alice',
      groups: ['admins'],
      sessionId: 's-1',
      signedInAt: 1,
      clientId: 'c',
      expiresAt: nowMs + 3_600_000,
      ...more,
    });
    beforeEach(async () => {
      nowMs = Date.UTC(2026, 0, 1);
      [here, there] = await make(() => nowMs);
    });

    it('gives elsewhere what was issued here, with all rights and the conversation', async () => {
      const ticket = await here.issue(principal(), 'stream', 'c-1');
      expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(await there.redeem(ticket, 'stream')).toEqual({ principal: principal(), conversationId: 'c-1' });
    });

    it('is redeemed once, however many ask at once', async () => {
      const ticket = await here.issue(principal(), 'voice');
      const asked = Array.from({ length: 10 }, (_, n) => (n % 2 ? here : there).redeem(ticket, 'voice'));
      const outcomes = await Promise.allSettled(asked);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(here.redeem(ticket, 'voice')).rejects.toMatchObject(INVALID);
    });

    it('may be looked at without being spent', async () => {
      const ticket = await here.issue(principal(), 'voice');
      expect(await there.look(ticket, 'voice')).toEqual({ principal: principal() });
      expect(await here.redeem(ticket, 'voice')).toEqual({ principal: principal() });
      await expect(there.look(ticket, 'voice')).rejects.toMatchObject(INVALID);
    });

    it('is not spent by a wrong audience', async () => {
      const ticket = await here.issue(principal(), 'voice');
      for (const ask of ['look', 'redeem'] as const)
        await expect(here[ask](ticket, 'chat')).rejects.toMatchObject(INVALID);
      expect(await here.redeem(ticket, 'voice')).toBeDefined();
    });

    it('ends after 30 s, and with the token it was bought with', async () => {
      const [old, short] = [
        await here.issue(principal(), 'voice'),
        await here.issue(principal({ expiresAt: nowMs + 10 }), 'voice'),
      ];
      nowMs += 10;
      await expect(here.look(short, 'voice')).rejects.toMatchObject(INVALID);
      await expect(here.redeem(short, 'voice')).rejects.toMatchObject(INVALID);
      nowMs += 29_990;
      for (const ask of ['look', 'redeem'] as const)
        await expect(here[ask](old, 'voice')).rejects.toMatchObject(INVALID);
    });

    it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(10_000), 'TICKET#x'])(
      'refuses the invented "%.12s"',
      async (ticket) => {
        for (const ask of ['look', 'redeem'] as const)
          await expect(here[ask](ticket, 'voice')).rejects.toMatchObject(INVALID);
      },
    );
  });
}
