import * as v from 'valibot';
import { absoluteUri, scopeToken } from './values.ts';

/**
 * Who signs people in for the gate, where this Worker does not: another Portcullis, or any OpenID provider. With it the
 * Worker is a gate alone: it has no sign-in pages and issues no tokens; `issuer` is then the name that its assertions are
 * signed under. The provider's access tokens for a route's `resource` are taken as well; where more than a JWT's own word is
 * asked for, the provider is asked (RFC 7662), which needs a secret.
 */
export const identityProvider = v.optional(
  v.strictObject({
    /** Exactly as its metadata has it (OpenID Connect Discovery §4). https. */
    issuer: absoluteUri,
    /**
     * The gate's own name there, registered with the redirect URI https://<host>/.portcullis/callback for each host of
     * `routes`. Its secret, if it has one, is the Worker's secret PORTCULLIS_CLIENT_SECRET.
     */
    clientId: v.pipe(v.string(), v.nonEmpty()),
    /**
     * Default openid, profile and email: what the gate learns of people. Add offline_access where the provider gives refresh
     * tokens to nobody else; such a token may outlive the sign-in there, so have it send logout tokens as well.
     */
    scope: v.optional(v.pipe(v.array(scopeToken), v.includes('openid', 'must have openid')), [
      'openid',
      'profile',
      'email',
    ]),
    /** What its tokens may be signed with. Default RS256 and ES256. */
    algorithms: v.optional(
      v.pipe(v.array(v.picklist(['RS256', 'ES256', 'EdDSA', 'PS256'])), v.minLength(1)),
      ['RS256', 'ES256'],
    ),
    /**
     * Whether every access token of it stands for a person, although it says nothing of a sign-in; those that tell that they
     * are a client's own never do. Default false, as in `issuers`.
     */
    people: v.optional(v.boolean(), false),
  }),
);
