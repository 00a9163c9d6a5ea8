import { useServices } from '../app/services';

/** Nobody should take a simulator's answer for a model's. */
export function SimulatedBadge() {
  const { config } = useServices();
  if (config.simulated?.models !== true) return null;
  return (
    <span
      className="badge"
      data-testid="simulated-badge"
      title="No AI model is connected: answers come from a simulator."
    >
      Simulated answers
    </span>
  );
}
