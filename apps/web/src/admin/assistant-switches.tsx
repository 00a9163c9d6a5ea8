import type { AdminClient } from '@parley/client';
import type { AssistantStateList } from '@parley/protocol';
import { useAct } from './use-act';

interface AssistantSwitchesProps {
  admin: AdminClient;
  items: AssistantStateList['items'];
  onChange: () => void;
  onAct: () => void;
}

/** Which assistants answer. One that is off answers nobody, in text and in calls, within five seconds. */
export function AssistantSwitches({ admin, items, onChange, onAct }: AssistantSwitchesProps) {
  const { act, said } = useAct(() => {
    onChange();
    onAct();
  });
  return (
    <>
      <p className="field-hint">One that is off answers nobody, everywhere within five seconds.</p>
      <ul className="admin-rows">
        {items.map(({ id, name, enabled }) => (
          <li key={id} className="admin-row">
            <label className="choice">
              <input
                type="checkbox"
                role="switch"
                checked={enabled}
                onChange={() =>
                  act(() => admin.switchAssistant(id, !enabled), `${name} is ${enabled ? 'off' : 'on'} now.`)
                }
              />
              {name}
            </label>
            <span className="field-hint">{enabled ? 'On' : 'Off'}</span>
          </li>
        ))}
      </ul>
      {said}
    </>
  );
}
