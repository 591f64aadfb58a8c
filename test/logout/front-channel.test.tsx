import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/config/schema.ts';
import { ObjectUnavailable } from '../../src/durable/call.ts';
import { frontChannelLogoutUris } from '../../src/logout/front-channel.ts';
import { GO_ON_SCRIPT, GO_ON_SCRIPT_HASH, SignedOutPage } from '../../src/pages/signed-out.tsx';
import { elements, rendered } from '../pages/rendered.ts';
import { issuer, Person } from '../workerd/person.ts';
import { tokensFor } from './issuer.ts';

// Clients have no page behind their URIs here; nothing may be fetched but by the browser.
vi.stubGlobal('fetch', async () => new Response());

async function signedIn(...clientIds: string[]) {
  const person = new Person();
  await person.signUp();
  const tokens = [];
  for (const clientId of clientIds) tokens.push(await tokensFor(person, clientId));
  const claims = JSON.parse(atob((tokens[0]?.id_token ?? '').split('.')[1] ?? '')) as { sid: string };
  return { person, idToken: tokens[0]?.id_token ?? '', sid: claims.sid };
}

const framesOf = async (page: Response) =>
  (await elements(await page.clone().text())).filter(({ tag }) => tag === 'iframe');
/** HTMLRewriter leaves references in attributes as they are. */
const decoded = (text = '') =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => references[name as keyof typeof references]);
const references = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const addresses = async (page: Response) =>
  (await framesOf(page)).map(({ attributes }) => decoded(attributes.src));
const policyOf = (page: Response) => (page.headers.get('Content-Security-Policy') ?? '').split('; ');

const at = (uri: string, sid: string) =>
  `${uri}${uri.includes('?') ? '&' : '?'}iss=${encodeURIComponent(issuer)}&sid=${sid}`;

it('goes by without a client that cannot be found out about: the session is over already', async () => {
  const client = { frontchannelLogoutUri: 'https://framed.test/out' };
  const find = async (clientId: string) => {
    if (clientId === 'silent') throw new ObjectUnavailable('no answer');
    return client as Client;
  };
  const uris = await frontChannelLogoutUris({ find }, issuer, 's', ['silent', 'framed']);
  expect(uris).toEqual([at('https://framed.test/out', 's')]);
});

describe('the signed-out page', () => {
  it('has a frame for each client of the session that has a URI, with iss and sid, its query kept', async () => {
    const { person, idToken, sid } = await signedIn('one', 'framed', 'unheard', 'both');
    const page = await person.get(`/oauth/logout?id_token_hint=${idToken}`);
    expect(page.status).toBe(200);
    expect((await addresses(page)).sort()).toEqual([
      at('https://both.test/front', sid),
      at('https://framed.test/logout?tenant=a%20b', sid),
    ]);
  });

  it('may frame those clients and nobody else, and runs no script', async () => {
    const { person, idToken } = await signedIn('framed');
    const page = await person.get(`/oauth/logout?id_token_hint=${idToken}`);
    expect(policyOf(page)).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      'frame-src https://framed.test',
      "form-action 'self'",
    ]);
    expect(page.headers.get('Refresh')).toBeNull();
    const [frame] = await framesOf(page);
    expect(frame?.attributes.sandbox).toBe('allow-same-origin allow-scripts allow-forms');
  });

  it('goes on to where the client asked, with state, once the frames have loaded', async () => {
    const { person, idToken } = await signedIn('framed');
    const next = 'https://framed.test/signed-out';
    const page = await person.get(
      `/oauth/logout?id_token_hint=${idToken}&post_logout_redirect_uri=${next}&state=a%26b`,
    );
    expect(page.status).toBe(200);
    expect(page.headers.get('Refresh')).toBe(`1; url=${next}?state=a%26b`);
    expect(policyOf(page)).toContain(`script-src 'sha256-${GO_ON_SCRIPT_HASH}'`);
    const found = await elements(await page.text());
    expect(found.find(({ attributes }) => attributes.rel === 'next')?.attributes.href).toBe(
      `${next}?state=a%26b`,
    );
    expect(found.filter(({ tag }) => tag === 'script').map(({ text }) => text)).toEqual([GO_ON_SCRIPT]);
  });

  it('is there after a confirmation, and after a sign-out on the account page, too', async () => {
    for (const path of ['/oauth/logout', '/account/sign-out', '/account/sign-out-everywhere']) {
      const { person, sid } = await signedIn('framed');
      const page = await person.submit(path, { confirm: 'yes', session_id: sid });
      expect(await addresses(page)).toEqual([at('https://framed.test/logout?tenant=a%20b', sid)]);
      expect((await person.get('/account')).status).toBe(303);
    }
  });

  it('has no frame for a session that ends in another browser', async () => {
    const { person, sid } = await signedIn('framed');
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    const response = await elsewhere.submit('/account/sign-out', { session_id: sid });
    expect(response.status).toBe(303);
  });

  it('has no frame when nobody was signed in: a second request signs nobody out', async () => {
    const { person, idToken } = await signedIn('framed');
    await person.get(`/oauth/logout?id_token_hint=${idToken}`);
    const again = await person.get(`/oauth/logout?id_token_hint=${idToken}`);
    expect(again.status).toBe(200);
    expect(await addresses(again)).toEqual([]);
  });

  it('keeps markup in what clients registered as text', async () => {
    const hostile = `"'><script>alert(1)</script>`;
    const html = await elements(
      rendered(
        <SignedOutPage
          signInHref="/signin"
          frames={[hostile]}
          next={{ href: hostile, clientName: hostile }}
        />,
        { name: hostile },
      ),
    );
    expect(html.filter(({ tag }) => tag === 'script').map(({ text }) => text)).toEqual([GO_ON_SCRIPT]);
    expect(decoded(html.find(({ tag }) => tag === 'iframe')?.attributes.src)).toBe(hostile);
  });
});
