import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { type Apache, missing, startApache } from './apache.ts';
import { Person } from './person.ts';

// Debian's libapache2-mod-auth-openidc, a certified relying party written in C, in front of a page. It reads our
// metadata and keys, signs people in, and takes our logout tokens.

/** Where the packages do not exist, the test is skipped, and says so; everywhere else it must run. */
const absent = missing();
const reason = `${absent.join(' and ')} missing: apt-get install apache2-bin libapache2-mod-auth-openidc`;
if (absent.length > 0 && process.platform === 'linux') {
  throw new Error(reason);
}

describe.skipIf(absent.length > 0)(`mod_auth_openidc${absent.length > 0 ? ` (${reason})` : ''}`, () => {
  /** What stands behind Apache: it answers with the headers that it got. */
  const page = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(request.headers));
  });
  let issuer: Runtime;
  let apache: Apache;
  let site: string;

  beforeAll(async () => {
    page.listen(0, '127.0.0.1');
    await once(page, 'listening');
    const port = await freePort();
    site = `http://localhost:${port}`;
    issuer = await startIssuer({
      worker: join(root, 'test/issuer/relying-party.ts'),
      bindings: { RELYING_PARTY: site },
    });
    apache = await startApache(
      port,
      ['authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'headers', 'alias', 'proxy', 'proxy_http'],
      `
      LogLevel warn auth_openidc:info
      OIDCProviderMetadataURL ${issuer.url}/.well-known/openid-configuration
      OIDCClientID apache
      OIDCClientSecret ${clientSecret}
      OIDCProviderTokenEndpointAuth client_secret_basic
      OIDCPKCEMethod S256
      OIDCResponseType code
      OIDCScope "openid profile email"
      OIDCRedirectURI ${site}/protected/callback
      OIDCCryptoPassphrase only-in-this-test
      OIDCCookieSameSite On
      OIDCCacheType file
      OIDCCacheDir cache
      OIDCRemoteUserClaim email
      <Location /protected>
        AuthType openid-connect
        Require valid-user
        RequestHeader set X-Remote-User expr=%{REMOTE_USER}
      </Location>
      ProxyPass /protected/callback !
      ProxyPass / http://127.0.0.1:${(page.address() as AddressInfo).port}/
      `,
    );
  });
  afterAll(async () => {
    await apache?.stop();
    await issuer?.stop();
    page.close();
  });

  /** Opens the protected page in a new browser and signs up on the way: it ends on the page. */
  async function arrived(): Promise<Person> {
    const person = new Person(issuer.url);
    await person.browser.open(`${site}/protected/page`);
    await person.browser.follow('Sign up');
    await person.signUpHere();
    expect(person.browser.page.url).toBe(`${site}/protected/page`);
    return person;
  }
  /** Whether the page is shown without another way to the issuer. */
  const isShown = async ({ browser }: Person) =>
    (await browser.send(`${site}/protected/page`, { headers: { Accept: 'text/html' } })).status === 200;

  it('signs a person in, with a secret and PKCE, and tells the page who it is', async () => {
    const person = await arrived();
    const { status, text } = person.browser.page;
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      'x-remote-user': person.email,
      oidc_claim_iss: issuer.url,
      oidc_claim_aud: 'apache',
      oidc_claim_email: person.email,
      oidc_claim_name: person.name,
      oidc_access_token: expect.stringMatching(/^ey/),
    });
  });

  it('signs a person out of both when they sign out of the page, and brings them back to the site', async () => {
    const person = await arrived();
    const back = encodeURIComponent(`${site}/signed-out`);
    const { status, url } = await person.browser.open(`${site}/protected/callback?logout=${back}`);
    expect({ status, url }).toEqual({ status: 200, url: `${site}/signed-out` });
    expect(person.isSignedIn).toBe(false);
    expect(await isShown(person)).toBe(false);
    await person.browser.open(`${site}/protected/page`);
    expect(person.browser.page.url).toMatch(`${issuer.url}/signin`);
  });

  it('asks again within seconds when the session is ended from another browser', async () => {
    const person = await arrived();
    const bystander = await arrived();
    const elsewhere = person.elsewhere();
    await elsewhere.signIn();
    await elsewhere.browser.open(`${issuer.url}/account`);
    expect(await isShown(person)).toBe(true);
    await elsewhere.browser.submit('/account/sign-out-others');
    const deadline = Date.now() + 5000;
    while ((await isShown(person)) && Date.now() < deadline) await wait(50);
    expect(await isShown(person)).toBe(false);
    expect(await isShown(bystander)).toBe(true);
    await person.browser.open(`${site}/protected/page`);
    expect(person.browser.page.url).toMatch(`${issuer.url}/signin`);
  });

  it('found no fault with anything that the issuer sent', async () => {
    const lines = (await apache.log()).split('\n');
    expect(lines.some((line) => line.includes('auth_openidc:'))).toBe(true);
    expect(lines.filter((line) => /auth_openidc:(error|crit|alert|emerg)/.test(line))).toEqual([]);
  });
});
