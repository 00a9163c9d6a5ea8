import { randomUUID } from 'node:crypto';
import { AbstractChat, DefaultChatTransport, type ChatState, type UIMessage } from 'ai';
import { textOf } from '@parley/protocol';
import type { Issuer } from '@parley/aws-sim';

/** The state that `useChat` keeps in React, as a plain object: the code around it is the AI SDK's own. */
class PlainState implements ChatState<UIMessage> {
  status: ChatState<UIMessage>['status'] = 'ready';
  error: Error | undefined;
  messages: UIMessage[] = [];
  pushMessage = (message: UIMessage) => void this.messages.push(message);
  popMessage = () => void this.messages.pop();
  replaceMessage = (index: number, message: UIMessage) => void (this.messages[index] = message);
  snapshot = <T>(value: T): T => structuredClone(value);
}

export interface ChatUiOptions {
  user: string;
  /** Where the next request goes: another replica after a cut, as behind a load balancer. */
  url: () => string;
  issuer: Issuer;
  id?: string;
  messages?: UIMessage[];
  fetch?: typeof fetch;
  /** Further fields of the body. */
  body?: object;
}

/** An unmodified chat of the AI SDK against the service. */
export class ChatUi extends AbstractChat<UIMessage> {
  readonly finished: { isError: boolean; finishReason?: string }[];

  constructor({
    user,
    url,
    issuer,
    id = randomUUID(),
    messages = [],
    fetch: fetcher = fetch,
    body = {},
  }: ChatUiOptions) {
    const finished: ChatUi['finished'] = [];
    const state = new PlainState();
    state.messages = messages;
    super({
      id,
      state,
      transport: new DefaultChatTransport({
        api: 'http://service/api/chat',
        // The base is chosen per request; the path is the SDK's own.
        fetch: (input, init) => fetcher(String(input).replace('http://service', url()), init),
        headers: async () => ({ authorization: `Bearer ${await issuer.mint(user)}` }),
        body,
      }),
      onFinish: ({ isError, finishReason }) =>
        void finished.push({ isError, ...(finishReason ? { finishReason } : {}) }),
      onError: () => undefined,
    });
    this.finished = finished;
  }

  get said() {
    return this.messages.map(({ role, parts }) => [role, textOf(parts as never)] as const);
  }
}
