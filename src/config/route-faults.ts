import { includes, overlap, type Pattern, parsePattern } from '../core/gate/pattern.ts';
import { foldedPattern, hostMatcher, isLiteralHost, methodsOf, parseHost } from '../core/gate/route.ts';
import { acrValuesSupported } from '../core/oauth/acr.ts';
import { isOwnMachine } from './address.ts';
import { issuerPathsOf } from './issuer-paths.ts';
import { hostFault, pathFault } from './route-pattern.ts';
import type { Config, Route } from './schema.ts';
import { signInMethods } from './sign-in-methods.ts';

/** What is wrong with a route's own patterns: with one of these, nothing else can be said of it. */
export function* patternFaults(
  routes: readonly { host: string; path: string; resource?: string | undefined }[],
  scheme: string,
): Generator<string> {
  for (const [index, { host, path, resource }] of routes.entries()) {
    const inHost = hostFault(host, scheme);
    if (inHost) yield `routes[${index}].host: ${host} ${inHost}`;
    else if (resource === undefined && !isLiteralHost(host)) {
      yield `routes[${index}].resource: is missing; many hosts have no one address, name one such as 'https://apps.example'`;
    }
    const inPath = pathFault(path);
    if (inPath) yield `routes[${index}].path: ${path} ${inPath}`;
  }
}

/** The patterns of loaded routes have been judged before. */
function judged<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a pattern that was not judged');
  return value;
}
const pathPattern = (path: string): Pattern => judged(parsePattern(path, '/'));

/** How one host, or pattern of hosts, stands to another. */
function compareHosts(a: string, b: string, compare: (a: Pattern, b: Pattern) => boolean): boolean {
  if (isLiteralHost(a) && isLiteralHost(b)) return a === b;
  // An IPv6 address is no pattern, and only a pattern of everything matches it.
  if (isLiteralHost(b)) return hostMatcher(a)(b);
  if (isLiteralHost(a)) return compare === overlap && hostMatcher(b)(a);
  const [one, other] = [judged(parseHost(a)), judged(parseHost(b))];
  return one.port === other.port && compare(one.name, other.name);
}

/** Methods that can be told apart by routes, and one for all others. */
const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'any other'];
const methodsIn = (route: Route): readonly string[] => [...(methodsOf(route) ?? everyMethod)];

/** The earlier routes that together leave a route nothing, by their indexes; undefined when something is left. */
function shadowing(routes: readonly Route[], index: number): number[] | undefined {
  const route = routes[index];
  if (!route) return undefined;
  const path = pathPattern(route.path);
  const covering = [...routes.slice(0, index).entries()].filter(
    ([, earlier]) =>
      compareHosts(earlier.host, route.host, includes) &&
      // What differs from an earlier route by case and the like has no route (core/gate/route.ts).
      (includes(pathPattern(earlier.path), path) ||
        includes(foldedPattern(pathPattern(earlier.path)), foldedPattern(path))),
  );
  const needed = methodsIn(route).map(
    (method) => covering.find(([, earlier]) => methodsIn(earlier).includes(method))?.[0],
  );
  return needed.includes(undefined) ? undefined : [...new Set(needed.filter((one) => one !== undefined))];
}

/** http://127.0.0.1:8787 is http://localhost:8787 by another name. */
const isSameMachine = (one: URL, other: URL): boolean =>
  isOwnMachine(one.hostname) && isOwnMachine(other.hostname) && one.port === other.port;

function* placeFaults(config: Config, route: Route, index: number): Generator<string> {
  const issuer = new URL(config.issuer);
  const { host, path, origin } = route;
  const shadows = shadowing(config.routes, index);
  if (shadows) {
    const [first] = shadows;
    const who = shadows.map((one) => `routes[${one}]`).join(' and ');
    yield `routes[${index}].path: ${path} is never reached, ${who} ${shadows.length > 1 ? 'match' : 'matches'} it first; put it above routes[${first}], or take it out`;
  }
  const pattern = pathPattern(path);
  // A gate alone has no pages and no tokens of its own that an origin on its host could get at.
  const alone = config.identityProvider !== undefined;
  if (includes(pathPattern('/.portcullis*'), pattern)) {
    yield `routes[${index}].path: ${path} is the gate's own; choose another path`;
  }
  const own = host !== issuer.host ? [] : alone ? ['/.well-known/jwks.json'] : issuerPathsOf(config);
  if (own.some((one) => includes(pathPattern(`${one}/*`), pattern))) {
    yield `routes[${index}].path: ${path} is the issuer's own; choose another path or another host`;
  }
  if (
    !alone &&
    config.environment === 'production' &&
    hostMatcher(host)(issuer.host) &&
    !route.sharesIssuerOrigin
  ) {
    const how = host === issuer.host ? "is on the issuer's own host" : "matches the issuer's own host";
    yield `routes[${index}].host: ${host === issuer.host ? path : host} ${how}, where its scripts could act as the issuer; give it a host of its own, or say sharesIssuerOrigin: true`;
  }
  // A service binding has whatever member it is asked for.
  const url = typeof origin === 'string' ? origin : 'fetch' in origin ? undefined : origin.url;
  // A dot at its end, or another port that Cloudflare listens on, is the same Worker.
  const upstream = url === undefined ? undefined : new URL(url).host.replace(/\.(?=:|$)/, '');
  if (
    upstream !== undefined &&
    (upstream === issuer.host ||
      isSameMachine(new URL(`http://${upstream}`), issuer) ||
      config.routes.some((any) => hostMatcher(any.host)(upstream)))
  ) {
    yield `routes[${index}].origin: ${url} is the gate itself; a request would go round in a circle`;
  }
}

/** What any client may ask for, or one that registers itself. */
export const requestableScope = (config: Config): ReadonlySet<string> =>
  new Set([
    ...config.clients.flatMap(({ scope }) => scope),
    ...[config.registration, config.clientIdMetadataDocuments].flatMap((policy) =>
      policy.kind === 'closed' ? [] : policy.scope,
    ),
  ]);

/** Who could meet the conditions at all. */
function* conditionFaults(config: Config, route: Route, index: number): Generator<string> {
  // What a provider gives out, and what its sign-in amounts to, only it knows.
  if (route.allow === 'public' || config.identityProvider) return;
  const hasOthers = route.issuers.length > 0;
  const policies = [config.registration, config.clientIdMetadataDocuments];
  const isOpen = policies.some(({ kind }) => kind !== 'closed');
  const scopes = requestableScope(config);
  const clients = new Set(config.clients.map(({ clientId }) => clientId));
  const contexts = acrValuesSupported(signInMethods(config));
  for (const { scope = [], clients: named = [], acrValues } of route.allow) {
    for (const one of scope) {
      if (!hasOthers && !scopes.has(one))
        yield `routes[${index}].allow.scope: no client may ask for "${one}"; put it into the scope of one`;
    }
    for (const one of named) {
      const ofAnother = route.issuers.some((name) => one.startsWith(`${name}:`));
      if (!isOpen && !ofAnother && !clients.has(one)) {
        const how = hasOthers
          ? `write '${route.issuers[0]}:<client id>' for one of another issuer`
          : 'add it to clients or mend the name';
        yield `routes[${index}].allow.clients: "${one}" is none of clients; ${how}`;
      }
    }
    if (!hasOthers && acrValues && !acrValues.some((one) => contexts.includes(one))) {
      yield `routes[${index}].allow.acrValues: nobody can sign in with ${acrValues.join(' or ')}; there is ${contexts.join(', ')}`;
    }
  }
}

/** Rules about routes that span several fields. Each answers with the fault, or nothing. */
export function* routeFaults(config: Config): Generator<string> {
  const { routes } = config;
  for (const [index, route] of routes.entries()) {
    yield* placeFaults(config, route, index);
    yield* conditionFaults(config, route, index);
    // Every access token with openid names the issuer, for UserInfo: it must open nothing else.
    if (!config.identityProvider && route.resource === config.issuer) {
      yield `routes[${index}].resource: must not be the issuer itself; set it to a URI of the route's own`;
    }
    const other = routes.findIndex(
      (earlier) =>
        earlier.allow !== 'public' &&
        route.allow !== 'public' &&
        earlier.signOut !== route.signOut &&
        compareHosts(earlier.host, route.host, overlap),
    );
    // The gate signs out of a host, not of a route.
    if (other >= 0 && other < index)
      yield `routes[${index}].signOut: must be ${routes[other]?.signOut}, as routes[${other}] has it for the same host`;
  }
}

const isSameOrigin = (one: Route['origin'], other: Route['origin']): boolean =>
  one === other ||
  // A service binding has whatever member it is asked for.
  (typeof one === 'object' &&
    typeof other === 'object' &&
    !('fetch' in one) &&
    !('fetch' in other) &&
    one.url === other.url &&
    one.through === other.through);

/**
 * Routes with one resource take each other's tokens and assertions: between two origins somebody must have said so.
 * @param isDefault whether the resource of a route was made of its path
 */
export function* sharedResourceFaults(
  routes: readonly Route[],
  isDefault: (index: number) => boolean,
): Generator<string> {
  for (const [index, route] of routes.entries()) {
    if (route.allow === 'public') continue;
    const other = routes.findIndex(
      (earlier, at) =>
        at < index &&
        earlier.allow !== 'public' &&
        earlier.resource === route.resource &&
        (isDefault(at) || isDefault(index)) &&
        !isSameOrigin(earlier.origin, route.origin),
    );
    if (other >= 0)
      yield `routes[${index}].resource: ${route.resource} is also that of routes[${other}], which has another origin; name a resource for each`;
  }
}
