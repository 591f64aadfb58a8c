import * as v from 'valibot';
import type { Environment } from '../environment.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import { type ClientContext, clientFaults } from './client-faults.ts';
import type { DefineConfig } from './define.ts';
import { ConfigError } from './error.ts';
import { resourceFaults } from './resource-faults.ts';
import { type Client, type Config, type Route, schema } from './schema.ts';

/** The gate signs people in as a client of its own issuer. */
export const GATE_CLIENT_ID = 'portcullis-gate';
/** Where the issuer sends people back to the gate, on every host that it guards. */
export const GATE_CALLBACK_PATH = '/.portcullis/callback';

function gateClient(scheme: string, issuerHost: string, name: string, routes: readonly Route[]): Client[] {
  const hosts = [...new Set(routes.filter((route) => route.allow !== 'public').map((route) => route.host))];
  if (hosts.length === 0) return [];
  const client = {
    clientId: GATE_CLIENT_ID,
    clientName: hosts.length === 1 && hosts[0] === issuerHost ? name : hosts.join(', '),
    redirectUris: hosts.map((host) => `${scheme}//${host}${GATE_CALLBACK_PATH}`),
    scope: ['openid'],
    firstParty: true,
    grantTypes: ['authorization_code' as const],
  };
  return v.parse(schema.entries.clients, [client]);
}

/** The first segments of the issuer's own paths (src/routes.ts): no gate route may stand there on its host. */
export const issuerPaths: readonly string[] = [
  '/signin',
  '/signup',
  '/consent',
  '/account',
  '/device',
  '/oauth',
  '/session',
  '/assets',
  '/dev',
  '/.well-known',
];

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function* otherIssuerFaults({ environment, issuer: own, issuers, routes }: Config): Generator<string> {
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;
  const seen = new Set([own]);
  for (const [name, { issuer, jwksUri }] of Object.entries(issuers)) {
    for (const [member, url] of Object.entries({ issuer, jwksUri })) {
      const fault = url && faultOf(url);
      if (fault) yield `issuers.${name}.${member}: ${url} ${fault}`;
    }
    if (seen.has(issuer)) yield `issuers.${name}.issuer: ${issuer} is there already, or our own`;
    seen.add(issuer);
  }
  for (const [index, route] of routes.entries()) {
    for (const name of route.issuers) {
      if (!Object.hasOwn(issuers, name)) yield `routes[${index}].issuers: "${name}" is none of issuers`;
    }
    if (route.issuers.length > 0 && (route.allow === 'public' || route.freshness !== 'token')) {
      yield `routes[${index}].issuers: needs freshness: 'token', since nobody can be asked whether their sessions are alive, and a route that is not public`;
    }
  }
}

/** What the rules of clients depend on. @param registered whether the clients registered themselves */
export const clientContext = (
  { environment, issuer, keys, routes }: Config,
  registered: boolean,
): ClientContext => ({
  issuer,
  environment,
  algorithms: keys.algorithms,
  ownHosts: [new URL(issuer).host, ...routes.map((route) => route.host)],
  registered,
});

/** Rules that span several fields. Each answers with the fault, or nothing. */
function* faults(config: Config): Generator<string> {
  const issuer = new URL(config.issuer);
  if (
    issuer.protocol !== 'https:' &&
    !(config.environment === 'development' && loopback.has(issuer.hostname))
  ) {
    yield `issuer: ${config.issuer} must be https; http is for localhost in development only`;
  }
  if (config.environment === 'production' && /(?:^|\.)example\.com$/.test(issuer.hostname)) {
    yield `issuer: ${config.issuer} is the placeholder; set PORTCULLIS_ISSUER in wrangler.jsonc to your own origin`;
  }
  const seen = new Set<string>();
  for (const [index, client] of config.clients.entries()) {
    if (seen.has(client.clientId)) {
      yield `clients[${index}].clientId: "${client.clientId}" is used twice; each client needs its own`;
    }
    seen.add(client.clientId);
    for (const { member, message } of clientFaults(client, clientContext(config, false))) {
      yield `clients[${index}].${member}: ${message}`;
    }
  }
  for (const member of ['registration', 'clientIdMetadataDocuments'] as const) {
    const policy = config[member];
    if (policy.kind !== 'closed' && policy.resources.includes(config.issuer)) {
      yield `${member}.resources: must not hold the issuer itself, which is UserInfo's audience`;
    }
  }
  if (config.session.idleSeconds > config.session.absoluteSeconds) {
    yield 'session.idleSeconds: must not exceed session.absoluteSeconds';
  }
  yield* otherIssuerFaults(config);
  yield* resourceFaults(config);
  const matched = new Map<string, number>();
  for (const [index, route] of config.routes.entries()) {
    const shadowing = [...matched].find(
      ([pattern]) =>
        pattern === `${route.host}${route.path}` ||
        (pattern.endsWith('/*') && `${route.host}${route.path}`.startsWith(pattern.slice(0, -1))),
    );
    if (shadowing) {
      yield `routes[${index}].path: ${route.path} is never reached, routes[${shadowing[1]}] matches it first; put the narrower one above`;
    }
    matched.set(`${route.host}${route.path}`, index);
    const first = `/${route.path.split('/')[1]}`;
    if (first.startsWith('/.portcullis') || (route.host === issuer.host && issuerPaths.includes(first))) {
      yield `routes[${index}].path: ${route.path} is the issuer's own; choose another path or another host`;
    }
    if (config.environment === 'production' && route.host === issuer.host && !route.sharesIssuerOrigin) {
      yield `routes[${index}].host: ${route.path} is on the issuer's own host, where its scripts could act as the issuer; give it a host of its own, or say sharesIssuerOrigin: true`;
    }
    // Every access token with openid names the issuer, for UserInfo: it must open nothing else.
    if (route.resource === config.issuer) {
      yield `routes[${index}].resource: must not be the issuer itself; set it to a URI of the route's own`;
    }
    if (typeof route.origin === 'string' && new URL(route.origin).host === route.host) {
      yield `routes[${index}].origin: ${route.origin} is the gate itself; a request would go round in a circle`;
    }
  }
}

type Issue = v.InferIssue<typeof schema>;

/** As an operator would write it: `clients[0].redirectUris[1]`. */
const placeOf = (issue: Issue): string =>
  v.getDotPath(issue)?.replace(/\.(\d+)(?=\.|$)/g, '[$1]') ?? 'configuration';

/** Where the options of a part are described, for those that are not in schema.ts. */
const files: Record<string, string> = {
  clients: 'client.ts',
  resources: 'resource.ts',
  registration: 'registration.ts',
  clientIdMetadataDocuments: 'registration.ts',
};

/** What the validator calls things, in an operator's words. */
const words: Record<string, string> = {
  Array: 'a list, [...]',
  Object: 'an object, { ... }',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
};

/** What must be otherwise. Never what is there: it may be a secret that was put in the wrong place. */
function adviceOf(issue: Issue): string {
  const [top] = issue.path ?? [];
  const described = `described in src/config/${files[String(top?.key)] ?? 'schema.ts'}`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `is no option; every one is ${described}`;
  }
  if (issue.received === 'undefined' && issue.kind === 'schema') {
    return `is missing; it ${issue.type === 'union' ? issue.message : `is ${described}`}`;
  }
  switch (issue.type) {
    case 'integer':
      return 'must be a whole number';
    case 'min_value':
      return `must be at least ${issue.requirement}`;
    case 'max_value':
      return `must be at most ${issue.requirement}`;
    case 'min_length':
    case 'non_empty':
      return 'must not be empty';
    case 'picklist':
    case 'variant':
      // `Object`, or `("one" | "other")`.
      return issue.expected === 'Object'
        ? `must be ${words.Object}`
        : `must be one of ${issue.expected?.replace(/[()]/g, '').replaceAll(' | ', ', ')}`;
    case 'array':
    case 'strict_object':
    case 'record':
    case 'string':
    case 'number':
    case 'boolean':
      return `must be ${words[issue.expected ?? ''] ?? issue.expected}`;
    default:
      // Ours, in src/config.
      return issue.message;
  }
}

/**
 * Checks what the operator wrote and fills in the defaults.
 * @throws ConfigError naming every fault, never a secret.
 */
export function loadConfig(define: DefineConfig, environment: Environment): Config {
  const parsed = v.safeParse(schema, define(environment));
  if (!parsed.success) {
    const lines = parsed.issues.map((issue) => `${placeOf(issue)}: ${adviceOf(issue)}`);
    throw new ConfigError(lines.join('\n'));
  }
  const { routes, ...rest } = parsed.output;
  const issuerHost = new URL(rest.issuer).host;
  const scheme = new URL(rest.issuer).protocol;
  const resolved = routes.map((route): Route => {
    const host = route.host ?? issuerHost;
    return {
      ...route,
      host,
      resource: route.resource ?? `${scheme}//${host}${route.path.replace(/\/\*$/, '')}`,
    };
  });
  const clients = [...rest.clients, ...gateClient(scheme, issuerHost, rest.name, resolved)];
  const kind = environment.PORTCULLIS_ENVIRONMENT === 'development' ? 'development' : 'production';
  const config: Config = { ...rest, environment: kind, clients, routes: resolved };
  const reserved = rest.clients.findIndex((client) => client.clientId === GATE_CLIENT_ID);
  if (reserved >= 0) {
    throw new ConfigError(
      `clients[${reserved}].clientId: "${GATE_CLIENT_ID}" is the gate's own; choose another`,
    );
  }
  const found = [...faults(config)];
  if (found.length > 0) throw new ConfigError(found.join('\n'));
  return config;
}
