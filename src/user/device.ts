import Bowser from 'bowser';
import { fill } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';

/** A short name for a kind of device: "Firefox on Linux". What is not known is empty. */
export const deviceKindName = (
  { browser, system }: { browser: string; system: string },
  { common }: Texts,
): string =>
  browser && system ? fill(common.device, { browser, system }) : browser || system || common.unknownDevice;

/** The same of the device behind a User-Agent header. Never the header itself. */
export function deviceName(userAgent: string, texts: Texts): string {
  if (!userAgent) return texts.common.unknownDevice;
  const { browser, os, platform } = Bowser.parse(userAgent);
  return deviceKindName({ browser: browser.name ?? '', system: os.name ?? platform.type ?? '' }, texts);
}
