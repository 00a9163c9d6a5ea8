import type { CDPSession, Page } from 'playwright-core';

interface AXNode {
  nodeId: string;
  parentId?: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  properties?: { name: string; value: { value?: unknown } }[];
  backendDOMNodeId?: number;
}

/** What Chromium's accessibility tree says of one thing on the page. */
export interface Told {
  role: string;
  name: string;
  /** Such as `focused`, `pressed`, `disabled`, `level`. */
  facts: Record<string, unknown>;
}

/**
 * Somebody who listens to the page by a screen reader: what stands in the accessibility tree, and what is said unasked, which
 * is what appears or changes in its live regions.
 */
export class Ears {
  private readonly known = new Set<string>();
  private constructor(private readonly session: CDPSession) {}

  /** From now on. What the page says already was said before. */
  static async on(page: Page): Promise<Ears> {
    const session = await page.context().newCDPSession(page);
    await session.send('Accessibility.enable');
    const ears = new Ears(session);
    await ears.listen();
    ears.heard.length = 0;
    return ears;
  }

  /** All that was said so far, in its order. */
  readonly heard: string[] = [];

  /** Listens until something is said that matches. */
  async hear(words: string | RegExp): Promise<string> {
    const isIt = (text: string) => (typeof words === 'string' ? text.includes(words) : words.test(text));
    // Jest's own limit ends a wait for what is never said; this one says what was said instead.
    const limit = performance.now() + 60_000;
    for (;;) {
      await this.listen();
      const found = this.heard.find(isIt);
      if (found !== undefined) return found;
      if (performance.now() > limit) throw new Error(`Nobody said ${words}, but: ${JSON.stringify(this.heard)}`);
    }
  }

  /** What has this role, in the order of the page. */
  async find(role: string): Promise<Told[]> {
    return (await this.tree()).filter((node) => !node.ignored && node.role?.value === role).map(toldOf);
  }

  /** Takes what is new in the live regions. */
  async listen(): Promise<void> {
    const tree = await this.tree();
    const byId = new Map(tree.map((node) => [node.nodeId, node]));
    /** The region that a node is in says how it is told; a region inside of another counts for what is in it. */
    const liveOf = (node: AXNode | undefined): unknown =>
      node === undefined ? undefined : (factsOf(node)['live'] ?? liveOf(byId.get(node.parentId ?? '')));
    for (const node of tree) {
      if (node.role?.value !== 'StaticText' || !['polite', 'assertive'].includes(String(liveOf(node)))) continue;
      const text = node.name?.value.replace(/\s+/g, ' ').trim() ?? '';
      const key = `${node.backendDOMNodeId} ${text}`;
      if (text === '' || this.known.has(key)) continue;
      this.known.add(key);
      this.heard.push(text);
    }
  }

  private async tree(): Promise<AXNode[]> {
    const { nodes } = (await this.session.send('Accessibility.getFullAXTree')) as { nodes: AXNode[] };
    return nodes;
  }
}

const factsOf = ({ properties }: AXNode): Record<string, unknown> =>
  Object.fromEntries((properties ?? []).map(({ name, value }) => [name, value.value]));

const toldOf = (node: AXNode): Told => ({
  role: node.role?.value ?? '',
  name: node.name?.value ?? '',
  facts: factsOf(node),
});
