import type { AssistantSummary } from '@parley/protocol';

interface AssistantChoiceProps {
  assistants: readonly AssistantSummary[];
  chosen?: string;
  onChoose: (id: string) => void;
}

/** Who answers. Nothing to choose from one. */
export function AssistantChoice({ assistants, chosen, onChoose }: AssistantChoiceProps) {
  if (assistants.length < 2) return null;
  return (
    <label className="assistant-choice">
      <span className="visually-hidden">Assistant</span>
      <select
        value={chosen ?? assistants[0]?.id}
        data-testid="assistant"
        title={assistants.find(({ id }) => id === chosen)?.description}
        onChange={({ target }) => onChoose(target.value)}
      >
        {assistants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
