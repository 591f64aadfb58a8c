import { isFreeHeaderName } from '../core/gate/headers.ts';
import { plainClaims } from '../core/gate/identity-header.ts';
import type { Config, Route } from './schema.ts';

const claims: readonly string[] = plainClaims;

/** Printable ASCII without spaces at its ends: what every server reads back as it was written. */
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What is wrong with the names of a route's own headers. */
function* headerFaults({ identityHeaders, originSecret, accessToken }: Route): Generator<string> {
  const seen = new Set<string>();
  const names = [
    ...Object.keys(identityHeaders).map((name) => ['identityHeaders', name] as const),
    ...(originSecret ? [['originSecret', originSecret.header] as const] : []),
  ];
  for (const [member, name] of names) {
    const isAuthorization = name.toLowerCase() === 'authorization';
    if (!isFreeHeaderName(name) || (isAuthorization && member === 'identityHeaders')) {
      yield `${member}: ${name} has a meaning of its own; choose another name`;
    }
    if (isAuthorization && accessToken !== 'strip')
      yield `${member}: ${name} is where accessToken puts the token; choose another name`;
    if (seen.has(name.toLowerCase())) yield `${member}: ${name} stands there twice`;
    seen.add(name.toLowerCase());
  }
  for (const claim of Object.values(identityHeaders)) {
    if (!claims.includes(claim))
      yield `identityHeaders: "${claim}" is no claim of an assertion; there are ${claims.join(', ')}`;
  }
  // The value is a secret: it is not quoted.
  if (originSecret && !headerValue.test(originSecret.value))
    yield 'originSecret.value: must be printable ASCII, without spaces at its ends';
}

function* exchangeFaults(config: Config, { accessToken, freshness }: Route): Generator<string> {
  if (typeof accessToken === 'string') return;
  const { resource, scope } = accessToken.exchange;
  const place = 'accessToken.exchange';
  // A stand-alone gate issues no access tokens: whoever verified one would have to know of two issuers.
  if (config.identityProvider) yield `${place}: needs the issuer in the same Worker`;
  // Who exchanges a credential asks whether it is still good (RFC 8693 §2.1).
  if (freshness === 'token') yield `${place}: needs freshness 'strict' or { within: seconds }`;
  if (resource === config.issuer)
    yield `${place}.resource: must not be the issuer itself, which is UserInfo's audience`;
  for (const one of scope) {
    if (one === 'openid' || one === 'offline_access')
      yield `${place}.scope: "${one}" is for the client that somebody signed in to, and for no origin`;
    const definedBy = config.resources.filter((known) => Object.hasOwn(known.scope, one));
    if (definedBy.length > 0 && definedBy.every((known) => known.resource !== resource))
      yield `${place}.scope: "${one}" means nothing at ${resource}; it is of ${definedBy[0]?.resource}`;
  }
}

/** Rules about what the origin of a route is told. Each answers with the fault, or nothing. */
export function* originFaults(config: Config): Generator<string> {
  for (const [index, route] of config.routes.entries()) {
    for (const fault of [...headerFaults(route), ...exchangeFaults(config, route)])
      yield `routes[${index}].${fault}`;
    if (route.allow !== 'public') continue;
    for (const [member, isSet] of [
      ['identityHeaders', Object.keys(route.identityHeaders).length > 0],
      ['accessToken', route.accessToken !== 'strip'],
      ['assertion', route.assertion !== 'identity'],
    ] as const) {
      if (isSet) yield `routes[${index}].${member}: a public route asks nobody who is calling`;
    }
  }
}
