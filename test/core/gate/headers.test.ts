import { describe, expect, it } from 'vitest';
import { createHeaderRewriting, type Forwarded } from '../../../src/core/gate/headers.ts';

const facts = {
  host: 'app.test',
  scheme: 'https',
  clientAddress: '192.0.2.7',
  assertion: 'signed',
  withoutAuthorization: true,
  webSocket: false,
} as const;

const sorted = (headers: [string, string][]) => [...headers].sort(([a], [b]) => (a < b ? -1 : 1));
function received(inbound: [string, string][], changed: Partial<Forwarded> = {}, configured: string[] = []) {
  const outbound = new Headers(inbound);
  createHeaderRewriting(configured)(outbound, new Headers(inbound), { ...facts, ...changed });
  return sorted([...outbound]);
}
const names = (headers: [string, string][]) => headers.map(([name]) => name);
const own = sorted([
  ['x-forwarded-host', 'app.test'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-for', '192.0.2.7'],
  ['forwarded', 'for=192.0.2.7;host="app.test";proto=https'],
  ['portcullis-assertion', 'signed'],
]);

describe('what an origin receives', () => {
  it.each([
    ...['Portcullis-Assertion', 'portcullis_assertion', 'PORTCULLIS.ASSERTION', 'Portcullis-Anything'],
    ...['X-Forwarded-User', 'X_Forwarded_User', 'x_forwarded-user', 'X.Forwarded.User', 'X-Forwarded~Email'],
    ...['X-Forwarded-Groups', 'X-Forwarded-Preferred-Username', 'X-Forwarded-Access-Token', 'Forwarded'],
    ...['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded-Uri', 'X-Forwarded-Prefix'],
    ...[
      'Remote-User',
      'Remote_User',
      'Remote-Groups',
      'X-Remote-User',
      'X-Auth-Request-Email',
      'X-Auth-User',
    ],
    ...[
      'Cf-Access-Jwt-Assertion',
      'Cf-Access-Authenticated-User-Email',
      'X-Webauth-User',
      'X-Pomerium-Claim-Email',
    ],
    ...[
      'X-Authentik-Username',
      'X-Goog-Authenticated-User-Email',
      'X-Amzn-Oidc-Data',
      'X-Ms-Client-Principal',
    ],
    ...[
      'OIDC_CLAIM_sub',
      'Tailscale-User-Login',
      'X-User',
      'X_User_Id',
      'X-Email',
      'X-Groups',
      'SM_USER',
      'iv-user',
    ],
    ...['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Real-IP', 'True-Client-IP', 'X-Host'],
    ...['X-HTTP-Method-Override', 'X_HTTP_Method_Override', 'X-HTTP-Method', 'X-Method-Override'],
    ...['Client-Cert', 'X-Client-Cert', 'SSL_CLIENT_S_DN', 'X-SSL-Client-Verify'],
    ...[
      'Host',
      'Content-Length',
      'Transfer-Encoding',
      'TE',
      'Trailer',
      'Keep-Alive',
      'Expect',
      'Proxy-Authorization',
      'Upgrade',
    ],
    // Each of them tells some origin who is calling, where, or what for.
    ...['X-Trino-User', 'X-Presto-User', 'X-ProxiedEntitiesChain', 'es-security-runas-user', 'X-Hasura-Role'],
    ...['X-Impersonate-User', 'X-On-Behalf-Of', 'X-OAuth-Scopes', 'X-Verified-Email', 'X-Preferred-Username'],
    ...['X-Client-Principal', 'X-Rundeck-User', 'X-Delegated-User', 'X-Acting-User', 'X-Logged-In-User'],
    ...['X-End-User', 'X-GitHub-User', 'X-Account-Id', 'X-Org-Id'],
    ...[
      'GAP-Signature',
      'X-Pomerium-Jwt-Assertion',
      'Remote-Name',
      'X-Replaced-Path',
      'X-Forwarded-Tls-Client-Cert',
    ],
    ...['X-Envoy-External-Address', 'X-Envoy-Original-Host', 'X-Forwarded-Client-Cert', 'X-Ext-Authz-User'],
    ...[
      'X-Original-Method',
      'X-Accel-Mapping',
      'X-Sendfile-Type',
      'CF-Access-Client-Id',
      'Cf-Client-Cert-Sha256',
    ],
    ...[
      'X-Amzn-Oidc-Identity',
      'X-Amzn-Mtls-Clientcert',
      'X-Amzn-Request-Context',
      'X-Serverless-Authorization',
    ],
    ...[
      'X-Goog-IAP-JWT-Assertion',
      'X-MS-TOKEN-AAD-ID-TOKEN',
      'X-ZUMO-AUTH',
      'Disguised-Host',
      'X-WAWS-Unencoded-URL',
    ],
    ...[
      'Tailscale-App-Capabilities',
      'X-Consumer-Username',
      'X-Anonymous-Consumer',
      'X-Kong-Upstream',
      'X-Credential-Identifier',
    ],
    ...[
      'X-JWT-Payload',
      'X-Vouch-User',
      'X-Auth-Username',
      'X-Auth-Roles',
      'X-Authorization',
      'X-Grafana-User',
    ],
    ...[
      'X-Token-User-Email',
      'X-Token-Subject',
      'Teleport-Jwt-Assertion',
      'ngrok-auth-user-email',
      'Dapr-Caller-App-Id',
    ],
    ...[
      'L5D-Client-Id',
      'X-Refresh-Token',
      'X-Kratos-Authenticated-Identity-Id',
      'Shib-Session-Id',
      'Mellon-Email',
      'OAM_REMOTE_USER',
    ],
    ...[
      'X-Method',
      'X-Override-URL',
      'X-Request-URI',
      'X-Script-Name',
      'X-Matched-Path',
      'X-Invoke-Path',
      'X-Proxy-Url',
    ],
    ...[
      'X-Scheme',
      'Front-End-Https',
      'X-HTTP-DestinationURL',
      'Fastly-Client-IP',
      'X-Azure-ClientIP',
      'WL-Proxy-Client-IP',
    ],
    // httpoxy: to CGI it is the variable HTTP_PROXY.
    ...['Proxy', 'Cookie2', 'DPoP'],
  ])('never has the %s of a caller', (name) => {
    expect(received([[name, 'forged']])).toEqual(own);
  });

  it('has everything else as it came', () => {
    const inbound: [string, string][] = [
      ['accept', 'a, b'],
      ['x-user-agent', 'grpc-web'],
      ['x-requested-with', 'XMLHttpRequest'],
      ['origin', 'https://app.test'],
      ['range', 'bytes=0-9'],
      ['x-api-key', 'k'],
      ['sec-websocket-protocol', 'chat'],
    ];
    expect(received(inbound)).toEqual(sorted([...inbound, ...own]));
  });

  it('has no header that Connection names', () => {
    const headers = received([
      ['Connection', 'close, X-Secret-Hop ,x_other'],
      ['X-Secret-Hop', '1'],
      ['X-Other', '2'],
      ['X-Kept', '3'],
    ]);
    expect(headers).toEqual(sorted([['x-kept', '3'], ...own]));
  });

  it('keeps the headers of the gate even when Connection names them', () => {
    expect(received([['Connection', 'Portcullis-Assertion, X-Forwarded-For']])).toEqual(own);
  });

  it('has an Authorization header only when that was not meant for the gate', () => {
    const inbound: [string, string][] = [['Authorization', 'Basic eDp5']];
    expect(names(received(inbound))).not.toContain('authorization');
    expect(received(inbound, { withoutAuthorization: false })).toContainEqual([
      'authorization',
      'Basic eDp5',
    ]);
  });

  it('has the proof that belongs to a token only together with it', () => {
    const inbound: [string, string][] = [
      ['authorization', 'DPoP t'],
      ['dpop', 'proof'],
    ];
    expect(names(received(inbound))).not.toContain('dpop');
    expect(received(inbound, { withoutAuthorization: false })).toContainEqual(['dpop', 'proof']);
  });

  it.each(['X-Gate-Secret', 'x_gate_secret', 'X.Gate~Secret', 'THE-USER'])(
    'has no %s that a route has given to a header of its own',
    (name) => {
      expect(received([[name, 'forged']], {}, ['X-Gate-Secret', 'The-User'])).toEqual(own);
    },
  );

  it('has what the route adds, and not what the caller or Connection makes of it', () => {
    const inbound: [string, string][] = [
      ['the-user', 'forged'],
      ['connection', 'the-user, authorization'],
      ['authorization', 'forged'],
    ];
    const added: [string, string][] = [
      ['the-user', 'ada'],
      ['authorization', 'Bearer t'],
    ];
    expect(received(inbound, { added }, ['The-User'])).toEqual(sorted([...own, ...added]));
  });

  it('is the same however many names were seen before', () => {
    const rewrite = createHeaderRewriting(['X-Own']);
    const of = (inbound: [string, string][]) => {
      const outbound = new Headers(inbound);
      rewrite(outbound, new Headers(inbound), facts);
      return names([...outbound]);
    };
    for (let index = 0; index < 3000; index += 1) of([[`x-made-up-${index}`, '1']]);
    const long = `x-forwarded-${'x'.repeat(200)}`;
    for (const name of ['x-own', 'remote_user', long, `${long}y`]) {
      expect(of([[name, 'forged']])).not.toContain(name);
      expect(of([[name, 'forged']])).not.toContain(name);
    }
    expect(of([['x-made-up-1', '1']])).toContain('x-made-up-1');
  });

  it('has the cookies of others, and no Cookie header when all were ours', () => {
    expect(received([['Cookie', 'a=1; portcullis-gate=x']])).toContainEqual(['cookie', 'a=1']);
    expect(names(received([['Cookie', 'portcullis-gate=x']]))).not.toContain('cookie');
  });

  it('has no assertion on a public route', () => {
    expect(names(received([['Portcullis-Assertion', 'forged']], { assertion: undefined }))).not.toContain(
      'portcullis-assertion',
    );
  });

  it('quotes an IPv6 address (RFC 7239 §6)', () => {
    expect(received([], { clientAddress: '2001:db8::7' })).toContainEqual([
      'forwarded',
      'for="[2001:db8::7]";host="app.test";proto=https',
    ]);
  });

  it.each([undefined, 'unknown', '1.2.3.4, 5.6.7.8', '1";host=evil'])(
    'leaves the address %s out',
    (clientAddress) => {
      const headers = received([], { clientAddress });
      expect(names(headers)).not.toContain('x-forwarded-for');
      expect(headers).toContainEqual(['forwarded', 'host="app.test";proto=https']);
    },
  );

  it('asks for a WebSocket only when the caller did', () => {
    expect(
      received(
        [
          ['Upgrade', 'websocket'],
          ['Connection', 'Upgrade'],
        ],
        { webSocket: true },
      ),
    ).toContainEqual(['upgrade', 'websocket']);
    expect(names(received([['Upgrade', 'h2c']]))).not.toContain('upgrade');
  });
});
