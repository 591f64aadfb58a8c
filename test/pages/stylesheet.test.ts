import { describe, expect, it } from 'vitest';
import { contrastFaults, palettes } from '../../src/core/look/palette.ts';
import { stylesheetOf } from '../../src/pages/stylesheet.ts';

const stylesheet = stylesheetOf(palettes);
const dark = stylesheet.indexOf('@media (prefers-color-scheme:dark)');

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  const css = scheme === 'light' ? stylesheet.slice(0, dark) : stylesheet.slice(dark);

  it('every colour is there, by the name that the rules use', () => {
    const found = Object.fromEntries(
      [...css.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(found).toEqual(
      Object.fromEntries(
        Object.entries(palettes[scheme]).map(([name, colour]) => [
          name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
          colour,
        ]),
      ),
    );
  });

  it('text and the edges of controls have the contrast that people need', () => {
    expect([...contrastFaults(palettes[scheme])]).toEqual([]);
  });
});

it('no rule uses a colour that is not there', () => {
  const used = new Set([...stylesheet.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name));
  const defined = new Set([...stylesheet.matchAll(/--([\w-]+):/g)].map(([, name]) => name));
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
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
