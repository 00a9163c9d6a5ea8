import type { ToolOutcome } from './answer';

/** The round that each tool call belongs to. */
export type ToolRounds = Map<string, ToolRound>;

/** The tool calls of one turn: the turn is answered when all of them have their results. */
export class ToolRound {
  private readonly waiting = new Set<string>();
  private readonly outcomes: ToolOutcome[] = [];

  constructor(
    private readonly name: string,
    private readonly onComplete: (outcomes: readonly ToolOutcome[]) => void,
  ) {}

  expect(toolUseId: string): void {
    this.waiting.add(toolUseId);
  }

  answered(toolUseId: string, result: Record<string, unknown>): void {
    if (!this.waiting.delete(toolUseId)) return;
    this.outcomes.push({ name: this.name, result: JSON.stringify(result) });
    if (this.waiting.size === 0) this.onComplete(this.outcomes);
  }
}
