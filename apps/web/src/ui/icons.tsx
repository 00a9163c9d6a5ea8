import type { ReactNode } from 'react';

const icon = (content: ReactNode, filled = false) =>
  function Icon() {
    return (
      <svg
        className="icon"
        viewBox="0 0 24 24"
        aria-hidden="true"
        fill={filled ? 'currentColor' : 'none'}
        stroke={filled ? 'none' : 'currentColor'}
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {content}
      </svg>
    );
  };

const microphone = (
  <>
    <rect x="9" y="3" width="6" height="11" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
  </>
);

export const MicrophoneIcon = icon(microphone);
export const KeyboardIcon = icon(
  <>
    <rect x="2.5" y="6" width="19" height="12" rx="2" />
    <path d="M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8" />
  </>,
);
export const MutedIcon = icon(
  <>
    {microphone}
    <path d="M4 4l16 16" />
  </>,
);
export const HangUpIcon = icon(
  <path d="M3 14.5c0-1 .3-1.8 1-2.4C6.2 10.2 9 9.3 12 9.3s5.8.9 8 2.8c.7.6 1 1.4 1 2.4v1.2c0 .8-.7 1.4-1.5 1.2l-3-.6c-.6-.1-1-.6-1-1.2v-1.9a11 11 0 0 0-7 0v1.9c0 .6-.4 1.1-1 1.2l-3 .6c-.8.2-1.5-.4-1.5-1.2z" />,
  true,
);
export const SendIcon = icon(<path d="M12 19V5M6 11l6-6 6 6" />);
export const StopIcon = icon(<rect x="7" y="7" width="10" height="10" rx="2" />, true);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h16" />);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6L6 18" />);
export const MoonIcon = icon(<path d="M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z" />);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4" />
  </>,
);
export const SignOutIcon = icon(<path d="M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 8l-4 4 4 4M6 12h9" />);

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect className="logo-ground" width="32" height="32" rx="9" />
      <path d="M9 12.5a3.5 3.5 0 0 1 3.5-3.5h4a3.5 3.5 0 0 1 0 7H13l-4 3.2z" />
      <path
        className="logo-second"
        d="M23 18.6a3.4 3.4 0 0 0-3.4-3.4 5 5 0 0 1-4.6 3.3h-.3a3.4 3.4 0 0 0 2.9 3.5h2.2l3.2 2.6z"
      />
    </svg>
  );
}
