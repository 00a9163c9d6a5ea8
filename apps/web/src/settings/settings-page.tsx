import { useEffect, useState, type ReactNode } from 'react';
import { AudioDeviceWatch, type AudioDevice, type AudioDevices } from '@parley/client';
import { useCall } from '../call/call-context';
import { usePageTitle } from '../ui/page-title';
import { chooseTheme, useThemeChoice, type ThemeChoice } from '../ui/theme';
import { BlockedPeople } from './blocked-people';
import { OwnData } from './own-data';
import { changeSettings, useSettings } from './settings';
import { SignOutEverywhere } from './sign-out-everywhere';
import { VoiceChoice } from './voice-choice';
import { inLanguage, LANGUAGES } from './voices';

const nothing: AudioDevices = { microphones: [], speakers: [] };

/** Language and voice, devices, and how the page looks, kept in this browser; and with the account: where one is signed in, what is kept of one, whom one does not want to hear. */
export default function SettingsPage() {
  usePageTitle('Settings');
  const chosen = useSettings();
  const theme = useThemeChoice();
  const devices = useDevices();
  const { active } = useCall();

  const chooseMicrophone = (microphoneId: string | undefined): void => {
    changeSettings({ microphoneId });
    void active?.call.useMicrophone(microphoneId).catch(() => undefined); // the call says what is wrong with it
  };
  const chooseSpeaker = (speakerId: string | undefined): void => {
    changeSettings({ speakerId });
    void active?.call.useSpeaker(speakerId);
  };
  return (
    <div className="page">
      <h1>Settings</h1>
      <p className="page-lead">
        What you choose is kept in this browser; whom you blocked, and what may be kept of you, with your account.
      </p>

      <section className="card" aria-labelledby="settings-voice">
        <h2 id="settings-voice">Language and voice</h2>
        <Field
          label="Language of the answers"
          hint="In calls and in writing, from the next call or question on. You can still ask for another one in the middle."
        >
          <select
            value={chosen.language ?? ''}
            onChange={({ target }) => changeSettings(inLanguage(target.value || undefined, chosen.voiceId))}
          >
            <option value="">The one you speak or write</option>
            {LANGUAGES.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Voice of the assistant" hint="It counts from the next call on.">
          <VoiceChoice language={chosen.language} chosen={chosen.voiceId} />
        </Field>
      </section>

      <section className="card" aria-labelledby="settings-devices">
        <h2 id="settings-devices">Microphone and loudspeaker</h2>
        <Field label="Microphone">
          <DeviceChoice devices={devices.microphones} chosen={chosen.microphoneId} onChoose={chooseMicrophone} />
        </Field>
        {devices.speakers.length > 0 && (
          <Field label="Loudspeaker">
            <DeviceChoice devices={devices.speakers} chosen={chosen.speakerId} onChoose={chooseSpeaker} />
          </Field>
        )}
        <Switch
          label="Take echo away"
          hint="So that the assistant does not hear itself. Some headsets do better without."
          checked={chosen.echoCancellation}
          onChange={(echoCancellation) => changeSettings({ echoCancellation })}
        />
        <Switch
          label="Take noise away"
          checked={chosen.noiseSuppression}
          onChange={(noiseSuppression) => changeSettings({ noiseSuppression })}
        />
      </section>

      <section className="card" aria-labelledby="settings-theme">
        <h2 id="settings-theme">Appearance</h2>
        <fieldset className="choices">
          <legend>Theme</legend>
          {(['system', 'light', 'dark'] as const).map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="theme" checked={theme === one} onChange={() => chooseTheme(one)} />
              {themeWords[one]}
            </label>
          ))}
        </fieldset>
      </section>

      <SignOutEverywhere />

      <OwnData />

      <BlockedPeople />
    </div>
  );
}

const themeWords: Record<ThemeChoice, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      {children}
      {hint !== undefined && <span className="field-hint">{hint}</span>}
    </label>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function Switch({ label, hint, checked, onChange }: SwitchProps) {
  return (
    <label className="choice">
      <input type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} />
      <span>
        {label}
        {hint !== undefined && <span className="field-hint">{hint}</span>}
      </span>
    </label>
  );
}

interface DeviceChoiceProps {
  devices: readonly AudioDevice[];
  chosen?: string;
  onChoose: (id: string | undefined) => void;
}

function DeviceChoice({ devices, chosen, onChoose }: DeviceChoiceProps) {
  const isGone = chosen !== undefined && !devices.some(({ id }) => id === chosen);
  return (
    <select value={chosen ?? ''} onChange={({ target }) => onChoose(target.value || undefined)}>
      <option value="">The system’s own</option>
      {isGone && <option value={chosen}>The one you chose is not connected</option>}
      {devices.map(({ id, label }) => (
        <option key={id} value={id}>
          {label}
        </option>
      ))}
    </select>
  );
}

function useDevices(): AudioDevices {
  const [devices, setDevices] = useState(nothing);
  useEffect(() => {
    const watch = new AudioDeviceWatch();
    const stop = watch.devices.subscribe(setDevices);
    return () => {
      stop();
      watch.close();
    };
  }, []);
  return devices;
}
