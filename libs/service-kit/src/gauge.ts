import { Gauge, type Registry } from 'prom-client';

/** A gauge whose value is asked for when it is read. */
export function gaugeOf(metrics: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [metrics],
    collect() {
      this.set(value());
    },
  });
}
