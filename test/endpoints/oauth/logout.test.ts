import { describe, expect, it } from 'vitest';
import { issuer, Person, personWithTokens, redirectUri, refresh } from '../../workerd/person.ts';

const url = (parameters: Record<string, string>) => `/oauth/logout?${new URLSearchParams(parameters)}`;
const crossSite = { Origin: 'https://app.example', 'Sec-Fetch-Site': 'cross-site' };
const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;

describe('with an ID token of this very session', () => {
  it('signs out at once, ends the families, and goes on to the registered address with state', async () => {
    const { person, tokens } = await personWithTokens();
    const response = await person.get(
      url({ id_token_hint: tokens.id_token, post_logout_redirect_uri: redirectUri, state: 'bye' }),
    );
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe(`${redirectUri}?state=bye`);
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('sign_out');
    expect((await person.get('/account')).status).toBe(303);
  });

  it('asks first when every device is meant', async () => {
    const { person, tokens } = await personWithTokens();
    const page = await person.get(url({ id_token_hint: tokens.id_token, everywhere: 'true' }));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Sign out everywhere?');
    await person.submit('/oauth/logout', {
      id_token_hint: tokens.id_token,
      everywhere: 'true',
      confirm: 'yes',
    });
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('sign_out_everywhere');
  });

  it('signs out when another site posts it: asked again as a navigation, it brings the cookies', async () => {
    const { person, tokens } = await personWithTokens();
    // SameSite=Lax: the browser sends no cookie with a cross-site POST.
    const posted = await new Person().submit('/oauth/logout', { id_token_hint: tokens.id_token }, crossSite);
    expect(posted.status).toBe(303);
    expect(posted.headers.getSetCookie()).toEqual([]);
    const location = posted.headers.get('Location') ?? '';
    expect(location).toMatch(/^\/oauth\/logout\?/);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await person.get(location)).status).toBe(200);
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('sign_out');
  });

  it('signs nobody out by itself: an ID token that leaked ends no session without its browser', async () => {
    const { tokens } = await personWithTokens();
    await new Person().get(url({ id_token_hint: tokens.id_token }));
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });
});

describe('without one', () => {
  it('asks first, and signs out when the person confirms', async () => {
    const { person, tokens } = await personWithTokens();
    const page = await person.get(url({ client_id: 'demo', post_logout_redirect_uri: redirectUri }));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('The demo');
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    const response = await person.submit('/oauth/logout', {
      client_id: 'demo',
      post_logout_redirect_uri: redirectUri,
      confirm: 'yes',
    });
    expect(response.headers.get('Location')).toBe(redirectUri);
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('sign_out');
  });

  it('does not take a confirmation that another site posted, and takes no cookie away', async () => {
    const { person, tokens } = await personWithTokens();
    for (const headers of [
      crossSite,
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: issuer, 'Sec-Fetch-Site': 'same-site' },
    ]) {
      const response = await person.submit('/oauth/logout', { confirm: 'yes' }, headers);
      expect(response.status).toBe(303);
      expect(response.headers.getSetCookie()).toEqual([]);
      const asked = await person.get(response.headers.get('Location') ?? '');
      expect(await asked.text()).toContain('Sign out?');
    }
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await person.get('/account')).status).toBe(200);
  });

  it('tells a person who is signed out already so', async () => {
    const response = await new Person().get('/oauth/logout');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('You are signed out');
  });
});

describe('is refused on a page, and signs nobody out', () => {
  it.each([
    [
      'an address that is not registered',
      { client_id: 'demo', post_logout_redirect_uri: 'https://evil.example/' },
    ],
    ['an address without a client', { post_logout_redirect_uri: redirectUri }],
    ['a garbage ID token', { id_token_hint: 'a.b.c' }],
  ])('%s', async (_, parameters) => {
    const { person, tokens } = await personWithTokens();
    const response = await person.get(url(parameters));
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('an access token in place of an ID token, and an ID token of another client', async () => {
    const { person, tokens } = await personWithTokens();
    expect((await person.get(url({ id_token_hint: tokens.access_token }))).status).toBe(400);
    expect(
      (await person.get(url({ id_token_hint: tokens.id_token, client_id: 'portcullis-gate' }))).status,
    ).toBe(400);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });
});

it('ends only this session when the ID token is somebody else’s: it asks the person who is here', async () => {
  const mine = await personWithTokens();
  const theirs = await personWithTokens();
  const page = await mine.person.get(url({ id_token_hint: theirs.tokens.id_token }));
  expect(page.status).toBe(200);
  expect(page.url === '' || page.url.startsWith(issuer)).toBe(true);
  expect((await refresh(theirs.tokens.refresh_token)).status).toBe(200);
  expect((await refresh(mine.tokens.refresh_token)).status).toBe(200);
});
