import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { somebody } from './flows.ts';
import { Person } from './person.ts';

// The device flow of RFC 8628 as two libraries have it, at their own pace, and a person at a browser beside it.

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startIssuer();
});
afterAll(() => runtime.stop());

/** Follows the address that the device shows, goes on, and decides. */
async function decide(person: Person, address: string, decision: 'allow' | 'deny'): Promise<string> {
  await person.browser.open(address);
  await person.browser.submit('/device');
  return (await person.browser.submit('/device', { decision })).text;
}

describe.concurrent('openid-client', () => {
  const discover = async (clientId: string, authentication: client.ClientAuth) => {
    const configuration = await client.discovery(new URL(runtime.url), clientId, undefined, authentication, {
      // The issuer is http on localhost in development.
      execute: [client.allowInsecureRequests],
    });
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  };

  test('polls until its person has signed up and allowed it, and refreshes', async () => {
    const configuration = await discover('device', client.None());
    const codes = await client.initiateDeviceAuthorization(configuration, {
      scope: 'openid email offline_access api:read',
    });
    const polling = client.pollDeviceAuthorizationGrant(configuration, codes);
    // It is told to wait once.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    const person = new Person(runtime.url);
    await person.browser.open(codes.verification_uri);
    await person.browser.follow('Sign up');
    await person.signUpHere();
    await person.browser.submit('/device', { user_code: codes.user_code.toLowerCase() });
    const { text } = await person.browser.submit('/device', { decision: 'allow' });
    expect(text).toContain('Go back to your device');
    const tokens = await polling;
    const claims = tokens.claims();
    expect(claims).toMatchObject({ aud: 'device' });
    expect(claims).not.toHaveProperty('nonce');
    expect(await client.fetchUserInfo(configuration, tokens.access_token, claims?.sub ?? '')).toMatchObject({
      email: person.email,
    });
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  });

  test('polls with a secret and with a DPoP key, by the link that brings the code', async () => {
    const configuration = await discover('device-with-secret', client.ClientSecretBasic(clientSecret));
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair());
    const codes = await client.initiateDeviceAuthorization(configuration, { scope: 'openid api:read' });
    const person = await somebody(runtime.url);
    await decide(person, codes.verification_uri_complete ?? '', 'allow');
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, codes, undefined, { DPoP });
    expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'openid api:read' });
    expect(tokens.refresh_token).toBeUndefined();
  });

  test('stops when its person denies', async () => {
    const configuration = await discover('device', client.None());
    const codes = await client.initiateDeviceAuthorization(configuration, { scope: 'openid' });
    await decide(await somebody(runtime.url), codes.verification_uri_complete ?? '', 'deny');
    await expect(client.pollDeviceAuthorizationGrant(configuration, codes)).rejects.toMatchObject({
      error: 'access_denied',
      status: 400,
    });
  });
});

describe.concurrent('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true };
  const television: oauth.Client = { client_id: 'device' };

  test('reads the codes, the errors on the way, and the tokens', async () => {
    const issuer = new URL(runtime.url);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, insecure),
    );
    const codes = await oauth.processDeviceAuthorizationResponse(
      server,
      television,
      await oauth.deviceAuthorizationRequest(
        server,
        television,
        oauth.None(),
        new URLSearchParams({ scope: 'openid api:read' }),
        insecure,
      ),
    );
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        server,
        television,
        await oauth.deviceCodeGrantRequest(server, television, oauth.None(), codes.device_code, insecure),
      );
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
    await decide(await somebody(runtime.url), codes.verification_uri_complete ?? '', 'allow');
    await new Promise((resolve) => setTimeout(resolve, (codes.interval ?? 5) * 1000 + 5_000));
    const tokens = await poll();
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'openid api:read' });
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ iss: runtime.url, aud: 'device' });
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
  });
});
