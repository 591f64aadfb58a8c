import * as v from 'valibot';
import { literalPrefix, parsePattern } from '../core/gate/pattern.ts';
import type { Environment } from '../environment.ts';
import { offersEmailCodes } from '../sign-in/email-methods.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import { type ClientContext, clientFaults } from './client-faults.ts';
import type { DefineConfig } from './define.ts';
import { ConfigError } from './error.ts';
import { GATE_CLIENT_ID, gateClient } from './gate-client.ts';
import { identityProviderFaults } from './identity-provider-faults.ts';
import { languageFaults, resolveLanguages } from './languages.ts';
import { lookFaults, resolveLook } from './look.ts';
import { originFaults } from './origin-faults.ts';
import { passkeyFaults, rpIdOf } from './passkeys.ts';
import { providerFaults } from './provider-faults.ts';
import { resourceFaults } from './resource-faults.ts';
import { riskFaults } from './risk.ts';
import { patternFaults, routeFaults, sharedResourceFaults } from './route-faults.ts';
import { type Config, type Route, schema } from './schema.ts';
import { secondFactorFaults } from './second-factor.ts';
import { telemetryFaults } from './telemetry.ts';
import { webhookFaults } from './webhook-faults.ts';

export { GATE_CALLBACK_PATH, GATE_CLIENT_ID } from './gate-client.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function* otherIssuerFaults({
  environment,
  issuer: own,
  identityProvider,
  issuers,
  routes,
}: Config): Generator<string> {
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;
  const seen = new Set([own, ...(identityProvider ? [identityProvider.issuer] : [])]);
  for (const [name, { issuer, jwksUri }] of Object.entries(issuers)) {
    for (const [member, url] of Object.entries({ issuer, jwksUri })) {
      const fault = url && faultOf(url);
      if (fault) yield `issuers.${name}.${member}: ${url} ${fault}`;
    }
    // What origins see before the id of a client that speaks for itself (src/gate/origin/assertion.ts).
    if (name === 'client') yield 'issuers.client: is a name of the gate; choose another';
    if (seen.has(issuer))
      yield `issuers.${name}.issuer: ${issuer} is there already, as another, as identityProvider, or as our own`;
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

/** What is wrong where no way is open: to sign in, or to make an account, for which a code by mail alone is not enough. */
function* wayFaults(config: Config): Generator<string> {
  if (config.passwords.enabled || rpIdOf(config) !== undefined || Object.keys(config.providers).length > 0)
    return;
  if (!offersEmailCodes(config)) {
    yield 'passwords.enabled: must be true where there are no passkeys, no codes by mail and no providers: nobody could sign in';
  } else if (config.signUp.policy !== 'closed') {
    yield "signUp.policy: must be 'closed' where there are no passwords, no passkeys and no providers: an account is made with one of them";
  }
}

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
    // The gate's own may have no redirect URI but those of a pattern.
    if (client.isOwnRedirectUri) continue;
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
  yield* passkeyFaults(config);
  yield* secondFactorFaults(config);
  yield* riskFaults(config);
  if (!config.identityProvider) yield* wayFaults(config);
  if (config.signUp.domains && config.signUp.emailVerification !== 'before')
    yield "signUp.domains: needs emailVerification: 'before', or anybody could claim an address there";
  if (config.environment === 'production' && !config.mail) {
    if (config.signUp.emailVerification === 'before')
      yield "signUp.emailVerification: 'before' needs mail, which is not set";
    if (config.emailCodes.enabled) yield 'emailCodes.enabled: needs mail, which is not set';
  }
  yield* otherIssuerFaults(config);
  yield* resourceFaults(config);
  yield* identityProviderFaults(config);
  yield* routeFaults(config);
  yield* originFaults(config);
}

type Issue = v.InferIssue<typeof schema>;

/** As an operator would write it: `clients[0].redirectUris[1]`. */
const placeOf = (issue: Issue): string =>
  v.getDotPath(issue)?.replace(/\.(\d+)(?=\.|$)/g, '[$1]') ?? 'configuration';

/**
 * Of a value that could be one of several things, the faults inside the one that it was meant to be, if it was an object
 * or a list: `allow.scopes: is no option` helps more than all that `allow` could be.
 */
function nearest(issue: Issue): Issue[] {
  const kind = Array.isArray(issue.input) ? 'array' : 'object';
  const inside = (issue.issues ?? []).filter(({ path }) => path?.[0].type === kind);
  if (issue.type !== 'union' || inside.length === 0) return [issue];
  // Their paths begin where the union stands.
  return inside.flatMap((one) =>
    nearest({ ...one, path: [...(issue.path ?? []), ...(one.path ?? [])] } as Issue),
  );
}

/** Where the options of a part are described, for those that are not in schema.ts. */
const files: Record<string, string> = {
  audit: 'audit.ts',
  challenge: 'challenge.ts',
  clients: 'client.ts',
  resources: 'resource.ts',
  routes: 'route.ts',
  mail: 'mail.ts',
  emailCodes: 'email-codes.ts',
  signUp: 'sign-up.ts',
  telemetry: 'telemetry.ts',
  identityProvider: 'identity-provider.ts',
  passkeys: 'passkeys.ts',
  secondFactor: 'second-factor.ts',
  risk: 'risk.ts',
  providers: 'provider.ts',
  registration: 'registration.ts',
  clientIdMetadataDocuments: 'registration.ts',
  languages: 'languages.ts',
  look: 'look.ts',
  webhooks: 'webhooks.ts',
  securityEventReceivers: 'webhooks.ts',
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
  if (issue.path?.at(-1)?.type === 'array' && (issue.input === undefined || issue.input === false)) {
    return 'is undefined or false; a list must not keep what a condition such as env.X && { ... } leaves out';
  }
  const described = `described in src/config/${files[String(top?.key)] ?? 'schema.ts'}`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `is no option; every one is ${described}`;
  }
  if (issue.received === 'undefined' && issue.kind === 'schema') {
    const isOurs = issue.type === 'union' || issue.type === 'custom';
    return `is missing; it ${isOurs ? issue.message : `is ${described}`}`;
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
        : `must be one of ${issue.expected?.replace(/[()]/g, '').replace(' | undefined', '').replaceAll(' | ', ', ')}${issue.input === 'HEAD' ? '; GET covers HEAD' : ''}`;
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

/** One line each: what an operator named may have a line break in it. */
const told = (faults: string[]): string =>
  faults
    .map((fault) =>
      fault.replace(
        /[\p{Cc}\p{Zl}\p{Zp}]/gu,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
    )
    .join('\n');

/** A path up to its first wildcard, without the slash before it. */
function pathOfResource(path: string): string {
  const pattern = parsePattern(path, '/');
  const { text, isWhole } = pattern ? literalPrefix(pattern) : { text: '', isWhole: false };
  return isWhole ? text : text.replace(/\/$/, '');
}

/**
 * Checks what the operator wrote and fills in the defaults.
 * @throws ConfigError naming every fault, never a secret.
 */
export function loadConfig(define: DefineConfig, environment: Environment): Config {
  // The same bindings, by the name under which an operator adds to them.
  const parsed = v.safeParse(schema, define(environment as Cloudflare.Env));
  if (!parsed.success) {
    const lines = parsed.issues.flatMap(nearest).map((issue) => `${placeOf(issue)}: ${adviceOf(issue)}`);
    throw new ConfigError(told(lines));
  }
  const { routes, ...rest } = parsed.output;
  const issuerHost = new URL(rest.issuer).host;
  const scheme = new URL(rest.issuer).protocol;
  const placed = routes.map((route) => ({ ...route, host: route.host ?? issuerHost }));
  const malformed = [
    ...patternFaults(placed, scheme),
    ...languageFaults(rest.languages),
    ...lookFaults(rest.look),
  ];
  if (malformed.length > 0) throw new ConfigError(told(malformed));
  const resolved = placed.map(
    (route): Route => ({
      ...route,
      allow: route.allow === 'public' ? 'public' : route.allow === 'session' ? [{}] : [route.allow].flat(),
      resource: route.resource ?? `${scheme}//${route.host}${pathOfResource(route.path)}`,
    }),
  );
  const clients = [
    ...rest.clients,
    ...(rest.identityProvider ? [] : gateClient(scheme, issuerHost, rest.name, resolved)),
  ];
  const kind = environment.PORTCULLIS_ENVIRONMENT === 'development' ? 'development' : 'production';
  const config: Config = {
    ...rest,
    environment: kind,
    clients,
    languages: resolveLanguages(rest.languages),
    look: resolveLook(rest.look),
    routes: resolved,
  };
  const reserved = rest.clients.findIndex((client) => client.clientId === GATE_CLIENT_ID);
  if (reserved >= 0) {
    throw new ConfigError(
      `clients[${reserved}].clientId: "${GATE_CLIENT_ID}" is the gate's own; choose another`,
    );
  }
  const found = [
    ...faults(config),
    ...providerFaults(config, environment),
    ...webhookFaults(config, environment),
    ...telemetryFaults(config, environment),
    ...sharedResourceFaults(resolved, (index) => !placed[index]?.resource),
  ];
  if (found.length > 0) throw new ConfigError(told(found));
  return config;
}
