import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
const png = `data:image/png;base64,${btoa('\x89PNG')}`;

const load = (look: unknown) =>
  loadConfig(() => ({ issuer: 'https://auth.company.example', look }) as ConfigInput, {
    PORTCULLIS_ENVIRONMENT: 'production',
  } as Environment).look;

const faultsOf = (look: unknown): string => {
  try {
    load(look);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'no fault';
};

describe('a logo', () => {
  it('is an SVG as text, or a data: URL', () => {
    expect(load({ logo: svg }).logo).toEqual({ type: 'image/svg+xml', content: svg });
    expect(load({ logo: `<?xml version="1.0"?>\n${svg}` }).logo?.type).toBe('image/svg+xml');
    expect(load({ logo: png }).logo).toEqual({
      type: 'image/png',
      content: new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
    });
    expect(load({ icon: `data:image/svg+xml;base64,${btoa(svg)}` }).icon?.type).toBe('image/svg+xml');
  });

  it.each([
    ['an address, which would tell another server who signs in', 'https://cdn.example/logo.svg'],
    ['a path', '/logo.svg'],
    ['markup', `<img src=x onerror=alert(1)>${svg}`],
    ['an SVG that no browser shows as an image', '<svg viewBox="0 0 1 1"/>'],
    ['a page', `data:text/html;base64,${btoa('<script>alert(1)</script>')}`],
    ['no base64', 'data:image/png;base64,%00'],
    ['half of base64', 'data:image/png;base64,QUJDR'],
    ['nothing', ''],
  ])('is not %s', (_, logo) => {
    expect(faultsOf({ logo })).toContain('look.logo: must be an SVG as text');
  });

  it('has a size that is no burden', () => {
    expect(faultsOf({ logo: svg + ' '.repeat(65_536) })).toBe(
      'look.logo: must have at most 65,536 characters',
    );
  });

  it('is there, where something is said about it', () => {
    expect(faultsOf({ logoDark: svg })).toBe('look.logo: is missing');
    expect(faultsOf({ nameInLogo: true })).toBe('look.logo: is missing');
  });
});

describe('colours', () => {
  const colours = (light: Record<string, string>, dark: Record<string, string> = {}) => ({
    colours: { light, dark },
  });

  it('are those of one’s own beside those that stay, and what goes with the accent follows it', () => {
    const { light, dark } = load(
      colours({ accent: '#7a1fa2' }, { accent: '#d9a8f0', accentStrong: '#f0d0ff' }),
    ).palettes;
    expect(light).toMatchObject({
      accent: '#7a1fa2',
      accentStrong: '#7a1fa2',
      onAccent: '#ffffff',
      ink: '#18211e',
    });
    expect(dark).toMatchObject({ accent: '#d9a8f0', accentStrong: '#f0d0ff', onAccent: '#000000' });
  });

  it.each([
    [
      colours({ accent: '#7ed3b8' }),
      'look.colours.light: accent #7ed3b8 on paper #fdfefc has a contrast of 1.74, which must be 4.5',
    ],
    [
      colours({ muted: '#777777' }),
      'look.colours.light: muted #777777 on paper #fdfefc has a contrast of 4.42, which must be 4.5',
    ],
    [colours({ edge: '#aaaaaa' }), 'edge #aaaaaa on paper #fdfefc has a contrast of 2.29, which must be 3'],
    [colours({}, { paper: '#ffffff' }), 'look.colours.dark: ink #eaf0ec on paper #ffffff'],
    [
      colours({ onAccent: '#14594b' }),
      'onAccent #14594b on accent #14594b has a contrast of 1, which must be 4.5',
    ],
  ])('that people could not read are refused: %j', (look, fault) => {
    expect(faultsOf(look)).toContain(fault);
  });

  it.each([
    'green',
    '#fff',
    'rgb(0 0 0)',
    '#14594b80',
    'red;}body{display:none',
    'url(https://evil.example)',
  ])('are six digits, not %s', (accent) => {
    expect(faultsOf(colours({ accent }))).toContain(
      'look.colours.light.accent: must be a colour of six hexadecimal digits',
    );
  });

  it('have names that are known', () => {
    expect(faultsOf(colours({ primary: '#000000' }))).toBe(
      'look.colours.light.primary: is no option; every one is described in src/config/look.ts',
    );
  });
});

describe('a link', () => {
  it.each(['https://company.example/privacy?a=b', 'mailto:help@company.example', '/privacy'])(
    'may be %s',
    (support) => {
      expect(load({ links: { support } }).links.support).toBe(support);
    },
  );

  it.each([
    'javascript:alert(1)',
    'http://company.example/',
    '//evil.example',
    '/\\evil.example',
    'data:text/html,x',
    'mailto:',
    ' https://a.example',
  ])('may not be %s', (privacy) => {
    expect(faultsOf({ links: { privacy } })).toContain('look.links.privacy: must begin with https://');
  });
});
