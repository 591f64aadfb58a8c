import { isFreeHeaderName } from '../core/gate/headers.ts';
import { plainClaims } from '../core/gate/identity-header.ts';
import { isOwnMachine } from './address.ts';
import { requestableScope } from './route-faults.ts';
import type { Config, Route } from './schema.ts';

const claims: readonly string[] = plainClaims;

/** Printable ASCII without spaces at its ends: what every server reads back as it was written. */
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

const SHORTEST_SECRET = 16;

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
  if (!originSecret) return;
  if (!headerValue.test(originSecret.value))
    yield 'originSecret.value: must be printable ASCII, without spaces at its ends';
  else if (originSecret.value.length < SHORTEST_SECRET)
    yield `originSecret.value: must have at least ${SHORTEST_SECRET} characters; make one with \`openssl rand -base64 32\``;
  // `Bearer ${env.X}` without X, which anybody could write.
  else if (/\bundefined\b/.test(originSecret.value))
    yield 'originSecret.value: has "undefined" in it; a variable that it is made of is not set';
}

/** What the way to an origin must be like. In development everything is on one machine. */
function* wayFaults(
  { environment }: Config,
  { origin, originSecret, accessToken }: Route,
): Generator<string> {
  // A service binding has whatever member it is asked for.
  const text = typeof origin === 'string' ? origin : 'fetch' in origin ? undefined : origin.url;
  if (text === undefined || environment === 'development') return;
  const { protocol, hostname } = new URL(text);
  if (isOwnMachine(hostname)) {
    yield `origin: ${text} is this very machine, where in production nothing listens; name the origin's own address`;
  } else if (protocol === 'http:' && (originSecret || accessToken !== 'strip')) {
    const what = originSecret ? 'originSecret' : 'accessToken';
    yield `origin: ${text} must be https, so that nobody on the way reads what ${what} sends there`;
  }
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
    const definedBy = config.resources.filter((known) => Object.hasOwn(known.scope, one));
    if (one === 'openid' || one === 'offline_access')
      yield `${place}.scope: "${one}" is for the client that somebody signed in to, and for no origin`;
    else if (definedBy.length === 0 && !requestableScope(config).has(one))
      yield `${place}.scope: nothing defines "${one}"; put it into the scope of a resource or a client, or mend the name`;
    if (definedBy.length > 0 && definedBy.every((known) => known.resource !== resource))
      yield `${place}.scope: "${one}" means nothing at ${resource}; it is of ${definedBy[0]?.resource}`;
  }
}

/** Rules about what the origin of a route is told. Each answers with the fault, or nothing. */
export function* originFaults(config: Config): Generator<string> {
  for (const [index, route] of config.routes.entries()) {
    for (const fault of [
      ...headerFaults(route),
      ...exchangeFaults(config, route),
      ...wayFaults(config, route),
    ])
      yield `routes[${index}].${fault}`;
    if (route.allow !== 'public') continue;
    if (route.forwardPreflight)
      yield `routes[${index}].forwardPreflight: a public route passes preflights anyway; take it out`;
    for (const [member, isSet] of [
      ['identityHeaders', Object.keys(route.identityHeaders).length > 0],
      ['accessToken', route.accessToken !== 'strip'],
      ['assertion', route.assertion !== 'identity'],
    ] as const) {
      if (isSet) yield `routes[${index}].${member}: a public route asks nobody who is calling`;
    }
  }
}
