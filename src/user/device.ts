import Bowser from 'bowser';

/** A short name for the device behind a User-Agent header: "Firefox on Linux". Never the header itself. */
export function deviceName(userAgent: string): string {
  if (!userAgent) return 'Unknown device';
  const { browser, os, platform } = Bowser.parse(userAgent);
  const system = os.name ?? platform.type;
  if (browser.name && system) return `${browser.name} on ${system}`;
  return browser.name ?? system ?? 'Unknown device';
}
