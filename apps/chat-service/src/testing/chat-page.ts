import { document } from './document';
import { randomUUID } from 'node:crypto';
import { useChat, type UseChatHelpers } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { textOf } from '@parley/protocol';
import type { ChatUiOptions } from './chat-ui';

export interface ChatPageOptions extends Omit<ChatUiOptions, 'body'> {
  /** As a page does that opens on a conversation: joins the answer that is being written. */
  resume?: boolean;
}

/** A page with nothing on it but `useChat`, rendered by React, as one tab of a browser. */
export class ChatPage {
  private readonly root;
  private readonly list = document.createElement('ol');
  private chat?: UseChatHelpers<UIMessage>;
  readonly id: string;

  constructor({
    user,
    url,
    issuer,
    id = randomUUID(),
    messages = [],
    resume = false,
    fetch: fetcher = fetch,
  }: ChatPageOptions) {
    this.id = id;
    const transport = new DefaultChatTransport({
      api: 'http://service/api/chat',
      fetch: (input, init) => fetcher(String(input).replace('http://service', url()), init),
      headers: async () => ({ authorization: `Bearer ${await issuer.mint(user)}` }),
    });
    const Page = () => {
      this.chat = useChat({ id, messages, transport, resume, onError: () => undefined });
      return this.chat.messages.map((message) =>
        createElement('li', { key: message.id, 'data-role': message.role }, textOf(message.parts as never)),
      );
    };
    this.root = createRoot(this.list);
    this.root.render(createElement(Page));
  }

  /** What the hook gave at the last render. */
  get hook(): UseChatHelpers<UIMessage> {
    return this.chat!;
  }

  /** What stands on the page. */
  get shown(): (readonly [role: string, text: string])[] {
    return Array.from(this.list.querySelectorAll('li'), (item) => [item.dataset['role']!, item.textContent!] as const);
  }

  /** React renders when it likes: waits until it has come to what is wanted. */
  async until(holds: (page: this) => boolean): Promise<void> {
    while (this.chat === undefined || !holds(this)) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Asks, and waits until it is rendered how that ended. */
  async ask(text: string): Promise<void> {
    await this.until(() => true);
    await this.hook.sendMessage({ text });
    await this.settled();
  }

  settled(): Promise<void> {
    return this.until(({ hook }) => hook.status === 'ready' || hook.status === 'error');
  }

  close(): void {
    this.root.unmount();
  }
}
