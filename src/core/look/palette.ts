/** The colours of the pages, as `#rrggbb`. */
export interface Palette {
  /** Behind everything. */
  sky: string;
  /** The castle wall behind the gate. */
  wall: string;
  stone: string;
  joint: string;
  keystone: string;
  ground: string;
  /** Behind what people read. */
  paper: string;
  raised: string;
  ink: string;
  /** Text that matters less. */
  muted: string;
  line: string;
  /** The edges of fields and quiet buttons. */
  edge: string;
  /** Buttons and links. */
  accent: string;
  /** The same under the pointer. */
  accentStrong: string;
  /** Text on `accent`. */
  onAccent: string;
  grille: string;
  danger: string;
  dangerWash: string;
  warning: string;
  warningWash: string;
}

export type Scheme = 'light' | 'dark';

export const palettes: Readonly<Record<Scheme, Palette>> = {
  light: {
    sky: '#e9eeea',
    wall: '#d9dfd9',
    stone: '#c3cbc4',
    joint: '#dfe5df',
    keystone: '#a9b4ad',
    ground: '#cdd5cd',
    paper: '#fdfefc',
    raised: '#f3f6f2',
    ink: '#18211e',
    muted: '#53605a',
    line: '#dbe1db',
    edge: '#7f8b85',
    accent: '#14594b',
    accentStrong: '#0d4438',
    onAccent: '#ffffff',
    grille: '#7d8a83',
    danger: '#a02a1c',
    dangerWash: '#fcece8',
    warning: '#7a4a00',
    warningWash: '#fdf1da',
  },
  dark: {
    sky: '#0d1211',
    wall: '#131a18',
    stone: '#2a3531',
    joint: '#131a18',
    keystone: '#3b4944',
    ground: '#0f1514',
    paper: '#19211f',
    raised: '#202a27',
    ink: '#eaf0ec',
    muted: '#a4b1aa',
    line: '#2c3733',
    edge: '#74827b',
    accent: '#7ed3b8',
    accentStrong: '#a3e3cf',
    onAccent: '#06231b',
    grille: '#5b6963',
    danger: '#ffa797',
    dangerWash: '#3a1d18',
    warning: '#f2c572',
    warningWash: '#33270f',
  },
};

type Pair = readonly [foreground: keyof Palette, background: keyof Palette];

/** Text, and what it stands on. WCAG 2.2, 1.4.3. */
const text: readonly Pair[] = [
  ['ink', 'paper'],
  ['ink', 'sky'],
  ['ink', 'raised'],
  ['muted', 'paper'],
  ['muted', 'sky'],
  ['muted', 'raised'],
  ['accent', 'paper'],
  ['accent', 'sky'],
  ['accentStrong', 'paper'],
  ['accentStrong', 'sky'],
  ['onAccent', 'accent'],
  ['onAccent', 'accentStrong'],
  ['danger', 'paper'],
  ['danger', 'dangerWash'],
  ['warning', 'warningWash'],
];
const TEXT_CONTRAST = 4.5;

/** The edges of controls, and what they must stand out from. WCAG 2.2, 1.4.11. */
const edges: readonly Pair[] = [
  ['edge', 'paper'],
  ['edge', 'sky'],
  ['accent', 'stone'],
];
const EDGE_CONTRAST = 3;

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio: from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Pairs of colours that people with low vision could not tell apart. */
export function* contrastFaults(palette: Palette): Generator<string> {
  for (const [pairs, needed] of [
    [text, TEXT_CONTRAST],
    [edges, EDGE_CONTRAST],
  ] as const) {
    for (const [foreground, background] of pairs) {
      const [one, other] = [palette[foreground], palette[background]];
      const found = contrast(one, other);
      // Rounded down: 4.49 is not 4.5.
      if (found < needed)
        yield `${foreground} ${one} on ${background} ${other} has a contrast of ${Math.floor(found * 100) / 100}, which must be ${needed}`;
    }
  }
}

/** A palette with some colours changed. What goes with `accent` follows it, unless it is said. */
export function changedPalette(palette: Palette, changes: Partial<Palette>): Palette {
  const { accent } = changes;
  const followers = accent && {
    accentStrong: accent,
    onAccent: contrast(accent, '#ffffff') >= contrast(accent, '#000000') ? '#ffffff' : '#000000',
  };
  return { ...palette, ...followers, ...changes };
}
