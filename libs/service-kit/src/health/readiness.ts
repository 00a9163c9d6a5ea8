/**
 * Ready means: booted, the sign-in keys were seen once, and not draining. A dependency that is down is not "not ready":
 * that would take every task out at once.
 */
export class Readiness {
  private readonly conditions = new Map<string, () => boolean>();
  private leaving = false;

  /** Adds a condition under a name that a person can read in the answer of the health route. */
  require(name: string, holds: () => boolean): void {
    this.conditions.set(name, holds);
  }

  /** From now on not ready: this process is leaving. */
  drain(): void {
    this.leaving = true;
  }

  get draining(): boolean {
    return this.leaving;
  }

  /** Names of the conditions that do not hold; empty means ready. */
  missing(): string[] {
    const missing = [...this.conditions].filter(([, holds]) => !holds()).map(([name]) => name);
    return this.leaving ? ['not draining', ...missing] : missing;
  }
}
