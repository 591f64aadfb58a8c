/** How a provider differs from the others. Everything that a preset knows of one is here. */
export interface Preset {
  label: string;
  /** Whose pages people are sent to. A stand-in in development takes the place of it. */
  origin: string;
  scope: readonly string[];
  /** By which errors the provider says that the person said no (RFC 6749 §4.1.2.1). */
  denials: readonly string[];
  /** What asks the provider to let the person sign in anew, rather than go on with a session there. */
  again: Readonly<Record<string, string>>;
  /**
   * Domains whose mailboxes the provider itself keeps: its word that such an address is the person's is as good as ours.
   * Of any other address it only knows that somebody once could read mail there.
   */
  emailDomains: readonly string[];
  /** The claim that names the domain of an organisation whose mailboxes it keeps. */
  hostedDomainClaim?: string;
}

const denied = ['access_denied'];

export const presets = {
  google: {
    label: 'Google',
    origin: 'https://accounts.google.com',
    scope: ['openid', 'profile', 'email'],
    denials: denied,
    // Google knows no `login`.
    again: { prompt: 'select_account' },
    emailDomains: ['gmail.com', 'googlemail.com'],
    hostedDomainClaim: 'hd',
  },
  microsoft: {
    label: 'Microsoft',
    origin: 'https://login.microsoftonline.com',
    scope: ['openid', 'profile', 'email'],
    denials: denied,
    again: { prompt: 'login' },
    // An administrator of any tenant writes there what they like ("nOAuth").
    emailDomains: [],
  },
  apple: {
    label: 'Apple',
    origin: 'https://appleid.apple.com',
    scope: ['openid', 'name', 'email'],
    denials: [...denied, 'user_cancelled_authorize'],
    again: {},
    emailDomains: ['icloud.com', 'me.com', 'mac.com', 'privaterelay.appleid.com'],
  },
  github: {
    label: 'GitHub',
    origin: 'https://github.com',
    scope: ['read:user', 'user:email'],
    denials: denied,
    again: { prompt: 'select_account' },
    emailDomains: [],
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/** Any other OpenID provider. */
export const openIdPreset = {
  scope: ['openid', 'profile', 'email'],
  denials: denied,
  // With `max_age` the ID token has to say when the person signed in (OpenID Connect Core §3.1.2.1).
  again: { prompt: 'login', max_age: '0' },
  emailDomains: [],
} as const satisfies Omit<Preset, 'label' | 'origin'>;

/** What stands for the tenant in the issuer of Microsoft's tokens, where a tenant of any name may sign in. */
export const TENANT = '{tenantid}';
/** All tenants and personal accounts, all tenants, personal accounts. */
export const sharedTenants: readonly string[] = ['common', 'organizations', 'consumers'];
/** The tenant in which Microsoft keeps all personal accounts. */
export const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** The issuer that the tokens of a tenant, or of one of the shared ones, have. */
export function microsoftIssuer(origin: string, tenant: string): string {
  const named = tenant === 'consumers' ? PERSONAL_TENANT : sharedTenants.includes(tenant) ? TENANT : tenant;
  return `${origin}/${named}/v2.0`;
}
