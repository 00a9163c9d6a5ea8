import type { Network } from '../src/core/network';

/** A network that a test cuts and mends. */
export class FakeNetwork implements Network {
  isOnline = true;
  private readonly listeners = new Set<() => void>();
  private readonly losses = new Set<() => void>();

  onReturn(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onLoss(listener: () => void): () => void {
    this.losses.add(listener);
    return () => this.losses.delete(listener);
  }

  goAway(): void {
    this.isOnline = false;
    for (const listener of [...this.losses]) listener();
  }

  /** Online again, or looked at again. */
  comeBack(): void {
    this.isOnline = true;
    for (const listener of [...this.listeners]) listener();
  }
}
