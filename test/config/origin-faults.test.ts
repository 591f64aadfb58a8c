import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';

const environment = { PORTCULLIS_ENVIRONMENT: 'production' } as Environment;
const usual = { host: 'app.example', path: '/*', origin: 'https://origin.example', allow: 'session' };
const backend = 'https://backend.example';

function faultsOf(route: Record<string, unknown>, changes: Record<string, unknown> = {}): string {
  const input = { issuer: 'https://auth.company.example', routes: [{ ...usual, ...route }], ...changes };
  try {
    loadConfig(() => input as ConfigInput, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'no fault';
}

const secret = { header: 'X-Gate-Secret', value: 'a secret that env has' };
const exchange = (changes = {}) => ({ accessToken: { exchange: { resource: backend, ...changes } } });

describe('what an origin is told', () => {
  it.each([
    [
      'plain headers',
      { identityHeaders: { 'X-User-Email': 'email', 'Remote-User': 'sub', 'X-Forwarded-User': 'sub' } },
    ],
    ['a secret', { originSecret: secret }],
    [
      'a secret as basic credentials',
      { originSecret: { header: 'Authorization', value: 'Basic Z2F0ZTpzZWNyZXQ=' } },
    ],
    ['a secret of sixteen characters', { originSecret: { ...secret, value: 'sixteen letters.' } }],
    ['a secret on a public route', { allow: 'public', originSecret: secret }],
    ['an exchanged token', exchange({ scope: ['backend:read'] })],
    ['plain to read where nothing is secret', { origin: 'http://origin.example' }],
    ['a token that is passed on', { accessToken: 'pass' }],
  ])('may be %s', (_, route) => {
    const resources = [{ resource: backend, scope: { 'backend:read': 'Read the backend' } }];
    expect(faultsOf(route, { resources })).toBe('no fault');
  });

  it.each([
    [
      { identityHeaders: { 'X-User': 'mail' } },
      'routes[0].identityHeaders: "mail" is no claim of an assertion',
    ],
    [{ identityHeaders: { Cookie: 'sub' } }, 'routes[0].identityHeaders: Cookie has a meaning of its own'],
    [{ identityHeaders: { Authorization: 'sub' } }, 'routes[0].identityHeaders: Authorization has a meaning'],
    [{ identityHeaders: { 'Portcullis-Assertion': 'sub' } }, 'Portcullis-Assertion has a meaning of its own'],
    [{ identityHeaders: { 'X-Forwarded-For': 'sub' } }, 'X-Forwarded-For has a meaning of its own'],
    [
      { identityHeaders: { 'X-A': 'sub', 'x-a': 'email' } },
      'routes[0].identityHeaders: x-a stands there twice',
    ],
    [
      { identityHeaders: { 'X-A': 'sub' }, originSecret: { ...secret, header: 'x-a' } },
      'originSecret: x-a stands there',
    ],
    [
      { originSecret: { ...secret, header: 'Host' } },
      'routes[0].originSecret: Host has a meaning of its own',
    ],
    [
      { originSecret: { ...secret, header: 'Authorization' }, accessToken: 'pass' },
      'where accessToken puts the token',
    ],
    [
      { originSecret: { ...secret, value: 'sixteen\nletters' } },
      'routes[0].originSecret.value: must be printable ASCII',
    ],
    [
      { originSecret: { ...secret, value: ' sixteen letters' } },
      'routes[0].originSecret.value: must be printable ASCII',
    ],
    [{ originSecret: { ...secret, value: 'fifteen letters' } }, 'value: must have at least 16 characters'],
    [{ originSecret: { ...secret, value: 'Bearer undefined' } }, 'value: has "undefined" in it'],
    [
      { origin: 'http://origin.example', originSecret: secret },
      'must be https, so that nobody on the way reads what originSecret',
    ],
    [{ origin: 'http://origin.example', accessToken: 'pass' }, 'reads what accessToken sends'],
    [{ origin: 'http://origin.example', ...exchange() }, 'reads what accessToken sends'],
    [
      { origin: { url: 'http://origin.example', through: { fetch() {} } }, originSecret: secret },
      'reads what originSecret sends',
    ],
    [exchange({ scope: ['backend:reed'] }), 'exchange.scope: nothing defines "backend:reed"'],
    [
      { allow: 'public', forwardPreflight: true },
      'routes[0].forwardPreflight: a public route passes preflights anyway',
    ],
    [{ ...exchange(), freshness: 'token' }, "routes[0].accessToken.exchange: needs freshness 'strict'"],
    [
      exchange({ resource: 'https://auth.company.example' }),
      'exchange.resource: must not be the issuer itself',
    ],
    [exchange({ scope: ['openid'] }), 'routes[0].accessToken.exchange.scope: "openid" is for the client'],
    [exchange({ scope: ['offline_access'] }), 'exchange.scope: "offline_access" is for the client'],
    [exchange({ scope: ['notes:read'] }), `exchange.scope: "notes:read" means nothing at ${backend}`],
    [{ allow: 'public', ...exchange() }, 'routes[0].accessToken: a public route asks nobody'],
    [{ allow: 'public', accessToken: 'pass' }, 'routes[0].accessToken: a public route asks nobody'],
    [{ allow: 'public', assertion: 'request' }, 'routes[0].assertion: a public route asks nobody'],
    [
      { allow: 'public', identityHeaders: { 'X-A': 'sub' } },
      'routes[0].identityHeaders: a public route asks',
    ],
  ])('is refused when it cannot be: %j', (route, expected) => {
    const resources = [{ resource: 'https://notes.example', scope: { 'notes:read': 'Read your notes' } }];
    const faults = faultsOf(route, { resources });
    expect(faults).toContain(expected);
    expect(faults.split('\n')).toHaveLength(1);
  });

  // Each stands for the request itself; a configured name is stripped from what the caller sends.
  it.each([
    ...[
      'Content-Type',
      'Content-Encoding',
      'Accept',
      'Accept-Language',
      'If-Match',
      'If-None-Match',
      'Range',
    ],
    ...['Sec-Fetch-Site', 'Access-Control-Request-Method', 'Origin', 'Referer', 'User-Agent', 'Date', 'DPoP'],
    ...['Cache-Control', 'Pragma', 'Via', 'Expect', 'TE', 'Cookie', 'Host', 'Connection'],
  ])('is nothing under the name %s', (header) => {
    expect(faultsOf({ originSecret: { ...secret, header } })).toContain('has a meaning of its own');
    expect(faultsOf({ identityHeaders: { [header]: 'sub' } })).toContain('has a meaning of its own');
  });

  it.each([
    ...['localhost', 'app.localhost', '127.0.0.1', '127.8.9.10', '0.0.0.0', '[::1]', '[::]', 'localhost.'],
    ...['[::ffff:127.0.0.1]', '2130706433'],
  ])('reaches no origin at %s in production', (name) => {
    const origin = new URL(`https://${name}:8443`).origin;
    expect(faultsOf({ origin })).toContain('is this very machine');
  });

  it.each(['https://localhost.example', 'https://128.0.0.1', 'https://[::2]', 'https://[2001:db8::1]'])(
    'reaches %s',
    (origin) => {
      expect(faultsOf({ origin })).toBe('no fault');
    },
  );

  it('is no exchanged token where another provider signs people in', () => {
    const identityProvider = { issuer: 'https://login.company.example', clientId: 'gate' };
    expect(faultsOf(exchange(), { identityProvider })).toContain(
      'accessToken.exchange: needs the issuer in the same Worker',
    );
  });

  it('quotes no secret', () => {
    expect(faultsOf({ originSecret: { ...secret, value: 'hush\u00e4' } })).not.toContain('hush');
    expect(faultsOf({ originSecret: { ...secret, value: 'hush' } })).not.toContain('hush');
  });
});
