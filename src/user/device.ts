import Bowser from 'bowser';
import { fill } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';

const knownBrowsers: ReadonlySet<string> = new Set(Object.values(Bowser.BROWSER_MAP));

/**
 * Of a header that it does not know the parser takes whatever stands there for a name. Anybody can have it mailed to
 * somebody, in our name: nothing goes through that could be read as a message, or made a link of.
 */
const isName = (browser: string): boolean =>
  knownBrowsers.has(browser) || /^[A-Za-z][A-Za-z0-9]{0,29}$/.test(browser);

/** A short name for a kind of device: "Firefox on Linux". What is not known is empty. */
export function deviceKindName(kind: { browser: string; system: string }, { common }: Texts): string {
  const { system } = kind;
  const browser = isName(kind.browser) ? kind.browser : '';
  return browser && system
    ? fill(common.device, { browser, system })
    : browser || system || common.unknownDevice;
}

/** The same of the device behind a User-Agent header. Never the header itself. */
export function deviceName(userAgent: string, texts: Texts): string {
  if (!userAgent) return texts.common.unknownDevice;
  const { browser, os, platform } = Bowser.parse(userAgent);
  return deviceKindName({ browser: browser.name ?? '', system: os.name ?? platform.type ?? '' }, texts);
}
