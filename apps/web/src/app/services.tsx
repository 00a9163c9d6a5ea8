import { createContext, useContext } from 'react';
import type { CallAudio, ChatClient, TokenSource } from '@parley/client';
import type { WebConfig } from '@parley/protocol';

type Public<T> = Pick<T, keyof T>;

/** What the page has from outside; tests bring their own. */
export interface Services {
  config: WebConfig;
  session: Public<TokenSource>;
  chat: Public<ChatClient>;
  /** Where Parley is; empty for the page's own origin. */
  baseUrl: string;
  /** The microphone and loudspeaker of a call. Default: this machine's. */
  audio?: () => CallAudio;
}

const Context = createContext<Services | undefined>(undefined);
export const ServicesProvider = Context.Provider;

export function useServices(): Services {
  const services = useContext(Context);
  if (services === undefined) throw new Error('There is no ServicesProvider above this component');
  return services;
}
