import type { Config, Resource } from '../config/schema.ts';
import type { TokenError } from '../core/oauth/error.ts';

type Resources = Pick<Config, 'resources'>;

/** What the access tokens of a resource are like. */
type Kind = Pick<Resource, 'accessTokenFormat' | 'accessTokenSigningAlg'>;

/** Of a resource that the configuration does not name. */
const usual: Kind = { accessTokenFormat: 'jwt', accessTokenSigningAlg: 'ES256' };

const find = ({ resources }: Resources, indicator: string | undefined): Resource | undefined =>
  resources.find(({ resource }) => resource === indicator);

/** What opaque tokens would be signed with makes no difference. */
const isLike = (a: Kind, b: Kind): boolean =>
  a.accessTokenFormat === b.accessTokenFormat &&
  (a.accessTokenFormat === 'opaque' || a.accessTokenSigningAlg === b.accessTokenSigningAlg);

/**
 * The first of these resources, and those that can share a token with it: what a token is for when a request names none
 * of what was granted (RFC 8707 §2.2).
 */
export function sharingOne(config: Resources, resource: readonly string[]): string[] {
  const first = find(config, resource[0]) ?? usual;
  return resource.filter((indicator) => isLike(find(config, indicator) ?? usual, first));
}

/** Why no one token can be for all of the resources that a request names, or nothing. Ask before anything is used up. */
export function resourceFault(config: Resources, resource: readonly string[]): TokenError | undefined {
  const shared = sharingOne(config, resource);
  const other = resource.find((indicator) => !shared.includes(indicator));
  if (other === undefined) return undefined;
  const description = `access tokens for ${shared[0]} and ${other} are of different kinds: ask for one at a time`;
  return { error: 'invalid_target', description };
}

/**
 * How the one token for these resources, which `sharingOne` answered, is made: no longer lived than any of them wants,
 * and with no claim that one of them is not to see.
 */
export function tokenPolicy(
  config: Resources,
  resource: readonly string[],
  clientSeconds: number,
): Kind & { seconds: number; claims: string[] } {
  const known = resource.map((indicator) => find(config, indicator));
  const seconds = known.map((one) => one?.accessTokenSeconds ?? clientSeconds);
  const [first, ...others] = known;
  return {
    ...(first ?? usual),
    seconds: seconds.length === 0 ? clientSeconds : Math.min(...seconds),
    claims: (first?.claims ?? []).filter((name) => others.every((other) => other?.claims.includes(name))),
  };
}

/**
 * Whether a token for these resources may say something of its person, or where none are named a token for any resource:
 * what was granted is known to the person's object alone.
 */
export const saysOfPerson = ({ resources }: Resources, named: readonly string[] | null): boolean =>
  resources.some(({ resource, claims }) => claims.length > 0 && (named?.includes(resource) ?? true));

/** What `meaningfulScope` looks up, of one configuration. */
interface ScopeRules {
  /** The resources that define a scope. */
  definedBy: Map<string, string[]>;
  /** By a resource: those that its servers may exchange its tokens for. */
  onwards: Map<string, string[]>;
}

/** A configuration does not change; this is asked for every token. */
const scopeRules = new WeakMap<object, ScopeRules>();

function scopeRulesOf(config: Pick<Config, 'resources' | 'clients'>): ScopeRules {
  const known = scopeRules.get(config);
  if (known) return known;
  const rules: ScopeRules = { definedBy: new Map(), onwards: new Map() };
  const add = (map: Map<string, string[]>, name: string, more: readonly string[]) =>
    map.set(name, [...(map.get(name) ?? []), ...more]);
  for (const { resource, scope } of config.resources) {
    for (const one of Object.keys(scope)) add(rules.definedBy, one, [resource]);
  }
  for (const { introspects, tokenExchange } of config.clients) {
    for (const indicator of introspects) add(rules.onwards, indicator, tokenExchange?.resources ?? []);
  }
  scopeRules.set(config, rules);
  return rules;
}

/**
 * What of a granted scope means something at these resources (RFC 9068 §2.2.3): what they define, what nobody defines,
 * and what a resource server among them may exchange the token for (RFC 8693).
 */
export function meaningfulScope(
  config: Pick<Config, 'resources' | 'clients'>,
  scope: readonly string[],
  resource: readonly string[],
): string[] {
  const { definedBy, onwards } = scopeRulesOf(config);
  const reached = new Set(resource.flatMap((indicator) => [indicator, ...(onwards.get(indicator) ?? [])]));
  return scope.filter((one) => definedBy.get(one)?.some((indicator) => reached.has(indicator)) ?? true);
}
