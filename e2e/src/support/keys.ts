import type { Locator, Page } from 'playwright-core';

/** More stops than any page has: a limit for a walk that goes round and round. */
const MOST_STOPS = 120;

/** Somebody at the keyboard, who never touches a mouse and can only go on from where the focus is seen. */
export class Keys {
  constructor(private readonly page: Page) {}

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Goes on with Tab (or `key`) until the focus is there; every stop on the way has to be one that is seen. */
  async to(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await target.waitFor();
    const stops: string[] = [];
    while (!(await target.and(this.page.locator(':focus')).isVisible())) {
      if (stops.length === MOST_STOPS) throw new Error(`No way with ${key} to ${target}: ${stops.join(' > ')}`);
      await this.press(key);
      stops.push(await this.seen({ mayLeave: true }));
    }
  }

  /** Goes there and presses Enter. */
  async choose(target: Locator): Promise<void> {
    await this.to(target);
    await this.press('Enter');
  }

  /** Waits until the focus is there by itself, and can be seen. */
  async areOn(target: Locator): Promise<void> {
    const focused = target.and(this.page.locator(':focus'));
    await focused.waitFor({ state: 'attached' }).catch(async () => {
      throw new Error(`The focus is not on ${target}, but on ${(await this.focus()).what}`);
    });
    await this.seen();
  }

  /**
   * What has the focus, which has to be seen; some rings come a moment later. From the last stop of a page the focus goes to
   * the browser's own bars and comes back, which is no fault on a way (`mayLeave`).
   */
  async seen({ mayLeave = false } = {}): Promise<string> {
    const limit = performance.now() + 10_000;
    for (;;) {
      const { what, fault } = await this.focus();
      if (fault === undefined || (mayLeave && what === 'nothing')) return what;
      if (performance.now() > limit) throw new Error(`The focus on ${what} ${fault}`);
    }
  }

  private focus(): Promise<{ what: string; fault?: string }> {
    return this.page.evaluate(() => {
      let element = document.activeElement as HTMLElement | null;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement as HTMLElement;
      if (element === null || element === document.body) return { what: 'nothing', fault: 'is nowhere' };
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
      const what = `${element.tagName.toLowerCase()} “${name}”`;
      const hasRing = (one: Element | null): boolean => {
        if (one === null) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
      };
      // Of these the frame has the ring.
      if (![element, element.closest('.composer'), element.closest('.cm-editor')].some(hasRing))
        return { what, fault: 'has no ring' };
      const { top, bottom, left, right } = element.getBoundingClientRect();
      if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth)
        return { what, fault: 'is outside of the window' };
      const at = document.elementFromPoint(
        (Math.max(left, 0) + Math.min(right, innerWidth)) / 2,
        (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2,
      );
      const isCovered = at !== null && !element.contains(at) && !at.contains(element) && at.shadowRoot === null;
      // A checkbox is part of its label.
      return isCovered && element.closest('label')?.contains(at) !== true ? { what, fault: 'is covered' } : { what };
    });
  }
}
