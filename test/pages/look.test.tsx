import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { asset } from '../../src/endpoints/assets.ts';
import type { Environment } from '../../src/environment.ts';
import { securityHeaders } from '../../src/middleware/security-headers.ts';
import { SignInPage } from '../../src/pages/sign-in.tsx';
import { elements, rendered } from './rendered.ts';

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>';
const png = `data:image/png;base64,${btoa('\x89PNG')}`;

const configured = (look: ConfigInput['look']) =>
  loadConfig(() => ({ issuer: 'https://auth.company.example', name: 'Company', look }), {
    PORTCULLIS_ENVIRONMENT: 'production',
  } as Environment);

const page = (look: ConfigInput['look']) => {
  const config = configured(look);
  return elements(rendered(<SignInPage withPassword signUpHref="/signup" />, config));
};
const assets = (look: ConfigInput['look']) => {
  const config = configured(look);
  return new Hono().use(securityHeaders(config)).get('/assets/*', asset({ config }));
};
const found = (all: Awaited<ReturnType<typeof page>>, tag: string) =>
  all.filter((element) => element.tag === tag).map(({ attributes }) => attributes);

describe('the operator’s look', () => {
  it('shows a logo in the place of the portcullis, for each scheme its own', async () => {
    const all = await page({ logo: svg, logoDark: png });
    const [logo] = found(all, 'img');
    expect(logo).toEqual({
      class: 'logo',
      src: expect.stringMatching(/^\/assets\/[0-9a-f]{16}\.svg$/),
      alt: '',
    });
    expect(found(all, 'source')).toEqual([
      {
        media: '(prefers-color-scheme: dark)',
        srcset: expect.stringMatching(/^\/assets\/[0-9a-f]{16}\.png$/),
      },
    ]);
    expect(found(all, 'svg').map(({ class: name }) => name)).toEqual(['arch']);
    const brand = all.find(({ attributes }) => attributes.class === 'brand');
    expect(brand?.text).toBe('Company');
  });

  it('says the name once, where the logo has it', async () => {
    const all = await page({ logo: svg, nameInLogo: true });
    expect(found(all, 'img')[0]?.alt).toBe('Company');
    expect(all.find(({ attributes }) => attributes.class === 'brand')?.text).toBe('');
  });

  it('serves its pictures for good, and as nothing that could run', async () => {
    const look = { logo: svg, icon: png };
    const all = await page(look);
    for (const path of [found(all, 'img')[0]?.src, ...found(all, 'link').map(({ href }) => href)]) {
      const response = await assets(look).request(path ?? '');
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
      const policy = response.headers.get('Content-Security-Policy');
      if (path?.endsWith('.svg')) expect(policy).toMatch(/^default-src 'none'; .*sandbox$/);
      if (path?.endsWith('.png'))
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(
          new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
        );
    }
    expect(found(all, 'link')[0]).toMatchObject({ rel: 'icon', type: 'image/png' });
  });

  it('changes colours in the stylesheet, whose address changes with it', async () => {
    const look = { colours: { light: { accent: '#7a1fa2', sky: '#ffffff' } } };
    const [, own] = found(await page(look), 'link');
    const [, plain] = found(await page(undefined), 'link');
    expect(own?.href).not.toBe(plain?.href);
    const css = await (await assets(look).request(own?.href ?? '')).text();
    expect(css).toContain('--accent:#7a1fa2');
    expect((await assets(look).request(plain?.href ?? '')).status).toBe(404);
    expect(
      found(await page(look), 'meta')
        .filter(({ name }) => name === 'theme-color')
        .map(({ content }) => content),
    ).toEqual(['#ffffff', '#0d1211']);
  });

  it('links to where the operator says more, and has no footer where that is nowhere', async () => {
    const links = { privacy: 'https://company.example/privacy', support: 'mailto:help@company.example' };
    const all = await page({ links });
    const footer = all.find(({ tag }) => tag === 'footer');
    expect(footer?.text).toBe('PrivacySupport');
    expect(found(all, 'a').map(({ href }) => href)).toEqual(expect.arrayContaining(Object.values(links)));
    expect(found(await page(undefined), 'footer')).toEqual([]);
  });
});
