import { providerLabel } from '../config/provider.ts';
import { providerSecretName } from '../config/provider-secret.ts';
import type { Config } from '../config/schema.ts';
import type { Identity } from '../core/federation/id-token.ts';
import type { FederatedPerson } from '../core/federation/person.ts';
import type { Environment } from '../environment.ts';
import type { IssuerKeys } from '../keys/issuer-jwks.ts';
import type { CodeRequest, ProviderTokens } from './exchange.ts';

/** A sign-in with a provider on its way. */
export interface UpstreamRequest extends CodeRequest {
  nonce: string;
  /** The provider is asked not to go on with a session that it has. Not every provider heeds it, or says whether it did. */
  again: boolean;
  /** When the person was sent there, in milliseconds since the epoch. */
  startedAt: number;
}

/** What a provider gave for somebody, to be kept. */
export interface UpstreamTokens extends ProviderTokens {
  idToken: string | undefined;
}

export type UpstreamAnswer =
  | { kind: 'identified'; identity: Identity; person: FederatedPerson; tokens: UpstreamTokens }
  /** The person said no. */
  | { kind: 'denied' }
  /** `reason` is for the operator; it quotes nothing of the answer. */
  | { kind: 'failed'; reason: string };

/** Somebody else who says who people are. All of it throws ProviderUnavailable where there is no answer to judge. */
export interface Upstream {
  /** The authorization endpoint with a whole request, for a redirect. */
  authorizationUrl(request: UpstreamRequest): Promise<string>;
  /** Judges an authorization response, redeems its code and finds out whom it is about. */
  redeem(parameters: URLSearchParams, request: UpstreamRequest): Promise<UpstreamAnswer>;
}

/** What is known of a provider without asking it. */
export interface UpstreamAbout {
  name: string;
  /** What people call it. */
  label: string;
  /** How its authorization response comes: in the query of a GET, or in a form that is posted from its site. */
  responseMode: 'query' | 'form_post';
  keepTokens: boolean;
}

/** The providers of the configuration. */
export interface Upstreams {
  all: readonly UpstreamAbout[];
  about(name: string): UpstreamAbout | undefined;
  /** @throws Error for a name that is none. */
  open(name: string): Promise<Upstream>;
}

export function createUpstreams({
  config,
  environment,
  issuerKeys,
}: {
  config: Pick<Config, 'providers' | 'environment'>;
  environment: Environment;
  issuerKeys: IssuerKeys;
}): Upstreams {
  const all = Object.entries(config.providers).map(([name, provider]) => ({
    name,
    label: providerLabel(config.providers, name),
    responseMode: provider.preset === 'apple' ? ('form_post' as const) : ('query' as const),
    keepTokens: provider.keepTokens,
  }));
  const opened = new Map<string, Promise<Upstream>>();

  // Loaded when somebody signs in with one.
  async function make(name: string): Promise<Upstream> {
    const provider = Object.hasOwn(config.providers, name) ? config.providers[name] : undefined;
    if (!provider) throw new Error('no provider of this name');
    const secret = environment[providerSecretName(name)];
    if (provider.preset === 'github') {
      const { githubUpstream } = await import('./github-upstream.ts');
      return githubUpstream(provider, secret ?? '', config.environment);
    }
    const { openIdUpstream } = await import('./openid-upstream.ts');
    return openIdUpstream(provider, { secret, environment: config.environment, issuerKeys });
  }

  return {
    all,
    about: (name) => all.find((one) => one.name === name),
    open(name) {
      const known = opened.get(name) ?? make(name);
      opened.set(name, known);
      return known;
    },
  };
}
