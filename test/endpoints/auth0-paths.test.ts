import { createExecutionContext, env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { portcullis } from '../../src/index.ts';

// What @auth0/auth0-spa-js calls has paths of its own: src/endpoints/authorize.ts and src/endpoints/v2/logout.ts.

const issuer = 'https://auth.company.test';
const production = {
  ...env,
  PORTCULLIS_ENVIRONMENT: 'production',
  PORTCULLIS_ISSUER: issuer,
  // The same root secret as the objects have, without its mark: production refuses a marked one.
  PORTCULLIS_SECRET: env.PORTCULLIS_SECRET.replace('development_', ''),
};
const origin = {
  fetch: async (request: Request) => new Response(new URL(request.url).pathname),
} as unknown as Fetcher;

function issuerWith(auth0Paths: boolean) {
  // Made for each request: a Worker has one configuration, and the last one made counts.
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const worker = portcullis(() => ({
      issuer,
      auth0Paths,
      routes: [{ path: '/*', origin, allow: 'public', sharesIssuerOrigin: true, resource: `${issuer}/all` }],
    }));
    const request = new Request(issuer + path, { redirect: 'manual', ...init });
    const handled = worker.fetch?.(request as never, production, createExecutionContext());
    if (!handled) throw new Error('the Worker handles no requests');
    return handled;
  };
}

const asked = 'client_id=spa&redirect_uri=https%3A%2F%2Fapp.test%2F&scope=openid+profile&state=fk5%7E%3D%3D';

describe('with auth0Paths', () => {
  const send = issuerWith(true);
  const leadsTo = async (path: string) => {
    const response = await send(path);
    expect(response.status).toBe(303);
    return response.headers.get('Location');
  };

  it.each([
    ['goes on with its query as it is', asked, asked],
    [
      'calls the audience resource',
      `audience=https%3A%2F%2Fapi.test%2F&${asked}`,
      `resource=https%3A%2F%2Fapi.test%2F&${asked}`,
    ],
    [
      'leaves the audience where there is a resource',
      `audience=a&${asked}&resource=b`,
      `audience=a&${asked}&resource=b`,
    ],
    [
      'leaves what only begins or ends like it',
      `audiences=a&my_audience=b&${asked}`,
      `audiences=a&my_audience=b&${asked}`,
    ],
  ])('/authorize %s', async (_, query, next) => {
    expect(await leadsTo(`/authorize?${query}`)).toBe(`/oauth/authorize?${next}`);
  });

  it.each([
    [
      'client_id=spa&returnTo=http%3A%2F%2Fapp.test%2F%3Fa%3Db&auth0Client=e30%3D&federated',
      'client_id=spa&post_logout_redirect_uri=http%3A%2F%2Fapp.test%2F%3Fa%3Db&auth0Client=e30%3D&federated',
    ],
    ['client_id=spa&id_token_hint=a.b.c', 'client_id=spa&id_token_hint=a.b.c'],
    ['', ''],
  ])('/v2/logout goes on to our own, where returnTo has another name: %s', async (query, next) => {
    expect(await leadsTo(`/v2/logout?${query}`)).toBe(`/oauth/logout?${next}`);
  });

  it('they take GET alone, as browsers send it, and nothing else of /v2 is anybody’s', async () => {
    expect((await send('/authorize', { method: 'POST', body: 'a=b' })).status).toBe(405);
    for (const path of ['/v2/users', '/V2/logout', '/%61uthorize/']) {
      expect((await send(path)).status, path).toBe(404);
    }
  });
});

describe('without', () => {
  const send = issuerWith(false);
  it.each(['/authorize', '/v2/logout'])('%s is what the routes say', async (path) => {
    const response = await send(path);
    expect([response.status, await response.text()]).toEqual([200, path]);
  });
});
