import { describe, expect, it } from 'vitest';
import { stylesheet } from '../../src/pages/stylesheet.ts';

type Colours = Record<string, string>;

const coloursOf = (css: string): Colours =>
  Object.fromEntries(
    [...css.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );

const dark = stylesheet.indexOf('@media (prefers-color-scheme:dark)');
const schemes = {
  light: coloursOf(stylesheet.slice(0, dark)),
  dark: coloursOf(stylesheet.slice(dark)),
};

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string | undefined, b: string | undefined): number {
  const [lower = 0, higher = 0] = [a, b]
    .map((hex = '') => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((one, other) => one - other);
  return (higher + 0.05) / (lower + 0.05);
}

const text = [
  ['ink', 'paper'],
  ['ink', 'sky'],
  ['ink', 'raised'],
  ['muted', 'paper'],
  ['muted', 'sky'],
  ['muted', 'raised'],
  ['accent', 'paper'],
  ['accent', 'sky'],
  ['accent-strong', 'paper'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['danger', 'paper'],
  ['danger', 'danger-wash'],
  ['warning', 'warning-wash'],
] as const;

const controls = [
  ['edge', 'paper'],
  ['edge', 'sky'],
  ['accent', 'stone'],
] as const;

describe.each(Object.entries(schemes))('in the %s scheme', (_, colours) => {
  it.each(text)('text in %s on %s reaches AA', (foreground, background) => {
    expect(contrast(colours[foreground], colours[background])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(controls)('%s stands out from %s as the edge of a control must', (foreground, background) => {
    expect(contrast(colours[foreground], colours[background])).toBeGreaterThanOrEqual(3);
  });
});

describe('the stylesheet', () => {
  it('names directions by the flow of the text, so that right-to-left works', () => {
    expect(
      stylesheet.match(
        /[{;](?:margin|padding|border)-(?:left|right)|text-align:(?:left|right)|[{;](?:left|right):/g,
      ),
    ).toBeNull();
  });

  it('moves nothing unless motion is welcome', () => {
    const welcome = stylesheet.indexOf('@media (prefers-reduced-motion:no-preference)');
    expect(welcome).toBeGreaterThan(0);
    expect(stylesheet.slice(0, welcome)).not.toMatch(/animation|transition/);
  });
});
