import * as v from 'valibot';
import { presets, sharedTenants } from '../core/federation/presets.ts';
import { absoluteUri, byName, origin, scopeToken } from './values.ts';

/** Stands in addresses, in the name of a secret and in the person's own object: it should not change. */
export const providerName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a name of small letters, digits and hyphens'),
);

const nonEmpty = v.pipe(v.string(), v.nonEmpty());

const domain = v.pipe(
  v.string(),
  v.regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/,
    'must be a domain in small letters, such as example.com',
  ),
);

const common = {
  /** Portcullis's own name there, registered with the redirect URI <issuer>/signin/provider/<name>/callback. */
  clientId: nonEmpty,
  /** What people read on the button. Default the provider's own name, or the name here. */
  label: v.optional(nonEmpty),
  /** What is asked for. Default what a new account is filled in with: who it is, their name, their email. */
  scope: v.optional(v.pipe(v.array(scopeToken), v.nonEmpty())),
  /** Keeps the tokens that the provider gives, sealed, for Administration's `providerTokens`. Default false. */
  keepTokens: v.optional(v.boolean(), false),
  /**
   * Domains whose mailboxes this provider keeps itself, beside those that are known of it: only of these its word is taken that an
   * email address is verified. Default none: an address is verified by a code of ours.
   */
  emailDomains: v.optional(v.array(domain), []),
};

const preset = {
  ...common,
  /** In development only: the origin of a stand-in that takes the provider's place. */
  standIn: v.optional(origin),
};

/**
 * Who else may say who people are. Its secret is the Worker's secret PORTCULLIS_PROVIDER_<NAME>_SECRET, the name in capital
 * letters with _ for -.
 */
const provider = v.variant('preset', [
  v.strictObject({ preset: v.literal('google'), ...preset }),
  v.strictObject({
    preset: v.literal('microsoft'),
    ...preset,
    /**
     * Who may sign in: everybody (`common`, the default), whoever has an account at work or school (`organizations`), or a personal
     * one (`consumers`), or the people of one tenant, by its id.
     */
    tenant: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) =>
            sharedTenants.includes(text) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
          'must be common, organizations, consumers, or the id of a tenant in small letters',
        ),
      ),
      'common',
    ),
  }),
  /** Its secret is the private key, the whole .p8 file. */
  v.strictObject({
    preset: v.literal('apple'),
    ...preset,
    teamId: nonEmpty,
    keyId: nonEmpty,
  }),
  v.strictObject({ preset: v.literal('github'), ...preset }),
  /** Any other OpenID provider, by discovery. */
  v.strictObject({
    preset: v.optional(v.literal('openid'), 'openid'),
    ...common,
    /** Exactly as its metadata has it (OpenID Connect Discovery §4). https. */
    issuer: absoluteUri,
    /** What its ID tokens may be signed with. Default RS256 and ES256. */
    algorithms: v.optional(
      v.pipe(v.array(v.picklist(['RS256', 'ES256', 'EdDSA', 'PS256'])), v.minLength(1)),
      ['RS256', 'ES256'],
    ),
    /** It knows Portcullis as a public client: there is no secret. Default false. */
    public: v.optional(v.boolean(), false),
  }),
]);

/** Who else people may sign in with, by names of your own. See docs/protocol.md#other-providers. */
export const providers = v.optional(
  byName(providerName, provider, "{ google: { preset: 'google', clientId: '...' } }"),
  {},
);

export type Provider = v.InferOutput<typeof provider>;

/** What people call a provider; its name where the configuration has none of this name any more. */
export function providerLabel(providers: Readonly<Record<string, Provider>>, name: string): string {
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (!provider) return name;
  return provider.label ?? (provider.preset === 'openid' ? name : presets[provider.preset].label);
}
