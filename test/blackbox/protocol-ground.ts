import { createHash } from 'node:crypto';
import { api, callback, notes } from '../issuer/addresses.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { endpoints } from './endpoints.ts';
import { openUntilAway } from './flows.ts';
import { hostileJwts, thumbprint } from './hostile-jwt.ts';
import type { Ground } from './hostile-request.ts';
import { type Answer, jsonOf, send } from './http.ts';
import { Person } from './person.ts';
import type { Random } from './random.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const basic = (clientId: string): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
const request = {
  response_type: 'code',
  redirect_uri: callback,
  scope: 'openid email offline_access api:read',
};
const withChallenge = { ...request, code_challenge: challenge, code_challenge_method: 'S256', state: 's' };
/** In a request object, beside those. */
const inObject = { ...withChallenge, claims: { userinfo: { email: null } }, max_age: 600, resource: [api] };

/** The issuer of test/issuer/config.ts, as a ground for the fuzz: its clients, and what they have got. */
export function protocolGround(url: string) {
  /** Of all time, for the log; and of the last renewal, for each answer. */
  const allSecrets = new Set<string>([clientSecret]);
  const secrets = new Set<string>([clientSecret]);
  let person = new Person(url);

  const form = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const membersOf = (answer: Answer) => jsonOf(answer) as Record<string, string>;
  const grant = async (fields: Record<string, string>) => membersOf(await form('/oauth/token', fields));

  async function codeOf(clientId: string, changes: Record<string, string> = {}): Promise<string> {
    const query = new URLSearchParams({ client_id: clientId, ...withChallenge, ...changes });
    const location = await openUntilAway(person, `${url}/oauth/authorize?${query}`);
    return location?.searchParams.get('code') ?? '';
  }

  /** What is used up or ended on the way: new ones. */
  async function begin(random: Random) {
    const { proofs } = hostileJwts(random, url);
    if ((await person.browser.send(`${url}/account`)).status !== 200) {
      person = new Person(url);
      await person.signUp();
    }
    const redemption = { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: verifier };
    const spa = await grant({ ...redemption, client_id: 'spa', code: await codeOf('spa') });
    const opaque = await grant({
      ...redemption,
      client_id: 'spa',
      code: await codeOf('spa', { scope: 'openid notes:read', resource: notes }),
    });
    const device = membersOf(await form('/oauth/device_authorization', { client_id: 'device' }));
    const pushed = membersOf(await form('/oauth/par', { client_id: 'spa', ...withChallenge }));
    const registered = membersOf(
      await send(`${url}/oauth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client_name: '<script>alert(1)</script>', redirect_uris: [callback] }),
      }),
    );
    const asked = await person.browser.send(
      `${url}/oauth/authorize?${new URLSearchParams({ ...withChallenge, client_id: registered.client_id ?? '', scope: 'openid' })}`,
    );
    const flow = new URL(asked.headers.get('Location') ?? '/', url).searchParams.get('flow') ?? '';
    const withNonce = await form(
      '/oauth/token',
      { client_id: 'spa', grant_type: 'refresh_token', refresh_token: 'x' },
      { DPoP: proofs('POST', '/oauth/token', undefined)[0] ?? '' },
    );
    const codes = { basic: await codeOf('basic'), post: await codeOf('post'), key: await codeOf('key') };
    return {
      spa,
      opaque,
      device,
      pushed,
      registered,
      flow,
      codes,
      nonce: withNonce.headers.get('DPoP-Nonce') ?? undefined,
    };
  }

  async function renew(random: Random): Promise<Ground> {
    const { assertions, proofs, requestObjects } = hostileJwts(random, url);
    secrets.clear();
    secrets.add(clientSecret);
    const had = await begin(random);
    const { spa, opaque, device, pushed, registered, flow, codes, nonce } = had;
    const cookies = [...person.browser.cookies];
    for (const secret of [
      person.password,
      ...cookies.map(([, value]) => value),
      ...Object.values(codes),
      spa.access_token,
      spa.refresh_token,
      opaque.access_token,
      device.device_code,
      registered.client_secret,
      registered.registration_access_token,
    ]) {
      if (secret) secrets.add(secret);
    }
    for (const secret of secrets) allSecrets.add(secret);

    const { access_token: accessToken = '', refresh_token: refreshToken = '', id_token: idToken = '' } = spa;
    const opaqueToken = opaque.access_token ?? '';
    const by = (clientId: string) => ({ '@Authorization': basic(clientId) });
    const client = { client_id: 'post', client_secret: clientSecret };
    const byKey = assertions('key').map((assertion) => ({
      client_assertion_type: assertionType,
      client_assertion: assertion,
    }));
    const management = new URL(registered.registration_client_uri ?? url).pathname;
    const metadata = {
      client_name: 'New',
      redirect_uris: `["${callback}"]`,
      scope: 'openid',
      grant_types: '["authorization_code"]',
    };
    const subject = { subject_token: accessToken, subject_token_type: accessTokenType };
    const right: Ground['right'] = {
      '/oauth/authorize': [
        { client_id: 'spa', ...withChallenge, nonce: 'n' },
        { client_id: 'stranger', ...withChallenge, prompt: 'consent' },
        { client_id: 'post', ...request, nonce: 'n', response_mode: 'form_post' },
        {
          client_id: 'spa',
          ...withChallenge,
          claims: '{"id_token":{"email":null}}',
          dpop_jkt: thumbprint,
          resource: api,
        },
        {
          client_id: 'spa',
          ...withChallenge,
          id_token_hint: idToken,
          max_age: '60',
          acr_values: 'x',
          login_hint: 'a@b.example',
        },
        { client_id: 'spa', request_uri: pushed.request_uri ?? '' },
        ...requestObjects('key', inObject).map((object) => ({ client_id: 'key', request: object })),
      ],
      '/oauth/par': [
        { client_id: 'spa', ...withChallenge },
        { ...client, ...request, nonce: 'n' },
        ...byKey.map((credentials) => ({ ...credentials, ...withChallenge })),
        ...requestObjects('key', inObject).map((object, index) => ({
          ...byKey[index % byKey.length],
          request: object,
        })),
      ],
      '/oauth/token': [
        { client_id: 'spa', grant_type: 'refresh_token', refresh_token: refreshToken },
        ...proofs('POST', '/oauth/token', nonce).map((proof) => ({
          '@DPoP': proof,
          ...by('machine'),
          grant_type: 'client_credentials',
          resource: api,
        })),
        { ...client, grant_type: 'authorization_code', code: codes.post, redirect_uri: callback },
        {
          grant_type: 'authorization_code',
          code: codes.basic,
          redirect_uri: callback,
          code_verifier: verifier,
        },
        { ...by('machine'), grant_type: 'client_credentials', scope: 'api:read notes:read', resource: api },
        {
          ...by('exchanger'),
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          ...subject,
          resource: notes,
        },
        {
          ...by('exchanger'),
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          ...subject,
          actor_token: opaqueToken,
          actor_token_type: accessTokenType,
        },
        {
          client_id: 'device',
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: device.device_code ?? '',
        },
        ...byKey.map((credentials) => ({
          ...credentials,
          grant_type: 'authorization_code',
          code: codes.key,
          redirect_uri: callback,
          code_verifier: verifier,
        })),
      ],
      '/oauth/introspect': [
        { ...by('notes-server'), token: accessToken },
        { ...by('notes-server'), '@Accept': 'application/token-introspection+jwt', token: opaqueToken },
        { ...by('basic'), token: opaqueToken, token_type_hint: 'access_token' },
      ],
      '/oauth/revoke': [
        { client_id: 'spa', token: accessToken },
        { client_id: 'spa', token: opaqueToken },
        { client_id: 'spa', token: refreshToken },
        ...byKey.map((credentials) => ({ ...credentials, token: 'x' })),
      ],
      '/oauth/userinfo': [
        { access_token: accessToken },
        { access_token: opaqueToken },
        { '@Authorization': `Bearer ${opaqueToken}` },
        {
          '@Authorization': `DPoP ${accessToken}`,
          '@DPoP': proofs('GET', '/oauth/userinfo', nonce)[0] ?? '',
        },
      ],
      '/oauth/device_authorization': [{ client_id: 'device', scope: 'openid api:read' }],
      '/device': [
        { user_code: device.user_code ?? '' },
        { user_code: device.user_code ?? '', decision: 'deny', authorization: 'AAAAAAAAAAA', account: 'x' },
      ],
      '/consent': [
        { flow, decision: 'allow' },
        { flow, decision: 'cancel' },
      ],
      '/signin': [{ email: person.email, password: '', flow }],
      '/signin/account': [{ flow, user: 'x' }],
      '/signin/provider': [{ provider: 'nobody', flow }],
      '/signin/provider/connect': [
        { decision: 'connect', flow },
        { decision: 'skip', flow },
      ],
      '/signup/provider': [{ name: 'Ada', email: 'ada@example.com' }],
      '/account/providers/connect': [{ provider: 'nobody' }],
      '/account/providers/disconnect': [{ issuer: 'https://id.example', subject: 'x' }],
      '/signup': [{ email: person.email, name: 'Ada', password: 'short', flow }],
      '/account/profile': [
        { name: 'Ada', given_name: 'Ada', birthdate: '1815-12-10', website: 'https://a.example/' },
      ],
      '/account/password': [{ current_password: '', new_password: 'short' }],
      '/account/revoke-consent': [{ client_id: 'stranger' }],
      '/oauth/logout': [
        { id_token_hint: idToken, post_logout_redirect_uri: 'https://client.test/signed-out', state: 's' },
        { client_id: 'basic', post_logout_redirect_uri: 'https://client.test/signed-out' },
      ],
      '/oauth/register': [
        metadata,
        { ...metadata, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/' },
      ],
      [management]: [
        {
          '@Authorization': `Bearer ${registered.registration_access_token}`,
          ...metadata,
          client_id: registered.client_id ?? '',
        },
      ],
    };
    return {
      endpoints: [
        // What is new here, more often than the pages.
        ...endpoints,
        ...[1, 2, 3].flatMap(() => endpoints.filter(({ path }) => /^\/(oauth|device|consent)/.test(path))),
        { methods: ['GET', 'PUT', 'DELETE'], path: management },
      ],
      otherPaths: [
        '/oauth/',
        '/oauth/token/',
        '/oauth/par/x',
        `${management}x`,
        '/.well-known/',
        '/signed-out',
      ],
      right,
      seldom: [
        'prompt max_age resource nonce state request request_uri response_mode client_secret login_hint claims dpop_jkt',
        'id_token_hint acr_values ui_locales client_assertion client_assertion_type client_id audience actor_token',
        'subject_token requested_token_type scope code_challenge code_verifier user_code decision flow registration',
        'software_statement jwks jwks_uri redirect_uris backchannel_logout_uri logout_hint everywhere token_type_hint',
      ]
        .join(' ')
        .split(' '),
      nearlyRight: [
        // The real ones of these could be spelt into an error: only those that nothing opens.
        ...requestObjects('basic', inObject).slice(2),
        `${idToken}A`,
        `pc_at_${'A'.repeat(200)}`,
        `pc_dc_${'A'.repeat(104)}`,
        'urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA',
        'https://client.test/callback',
        'http://127.0.0.1:99999/callback',
        'urn:ietf:params:oauth:grant-type:device_code',
        'openid profile email address phone offline_access api:read',
        'form_post',
        'none login',
        '2147483648',
      ],
      headers: [
        [
          0.1,
          'Authorization',
          [
            basic('basic'),
            basic('machine'),
            basic('exchanger'),
            basic('notes-server'),
            basic('device-with-secret'),
            `Bearer ${accessToken}`,
            `Bearer ${opaqueToken}`,
            `DPoP ${accessToken}`,
            `Bearer ${registered.registration_access_token}`,
          ],
        ],
        [0.05, 'DPoP', [...proofs('POST', '/oauth/token', nonce), ...proofs('POST', '/oauth/par', nonce)]],
        [0.1, 'Accept', ['application/token-introspection+jwt', 'application/jwt', 'text/html;q=0']],
      ],
      cookies: cookies.map((cookie) => cookie.join('=')).join('; '),
      origin: url,
    };
  }

  return { renew, secrets, allSecrets };
}
