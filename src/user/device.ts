import Bowser from 'bowser';
import { fill } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';

/** A short name for the device behind a User-Agent header: "Firefox on Linux". Never the header itself. */
export function deviceName(userAgent: string, { common }: Texts): string {
  if (!userAgent) return common.unknownDevice;
  const { browser, os, platform } = Bowser.parse(userAgent);
  const system = os.name ?? platform.type;
  if (browser.name && system) return fill(common.device, { browser: browser.name, system });
  return browser.name ?? system ?? common.unknownDevice;
}
