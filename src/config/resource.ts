import * as v from 'valibot';
import { absoluteUri, byName, day, scopeToken, seconds, signingAlgorithm } from './values.ts';

/** A resource server, and what its access tokens are like. See docs/tokens.md for the choice. */
export const resource = v.strictObject({
  /** Its resource indicator (RFC 8707): the audience of its tokens. */
  resource: absoluteUri,
  /** The name people see on the consent page. Default: its host. */
  name: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** What can be asked for at it, with the words for people: `{ 'notes:read': 'Read your notes' }`. */
  scope: v.optional(
    byName(scopeToken, v.pipe(v.string(), v.nonEmpty()), "{ 'notes:read': 'Read your notes' }"),
    {},
  ),
  /** `jwt` (RFC 9068) is verified without asking; `opaque` tells nothing and is introspected (RFC 7662). Default jwt. */
  accessTokenFormat: v.optional(v.picklist(['jwt', 'opaque']), 'jwt'),
  /** Lifetime in seconds. Default: the client's. */
  accessTokenSeconds: v.optional(seconds(30, day)),
  /** Default ES256. */
  accessTokenSigningAlg: v.optional(signingAlgorithm, 'ES256'),
  /** Claims of the user's profile that go into its tokens, such as `email`. Default none. */
  claims: v.optional(v.array(v.pipe(v.string(), v.nonEmpty())), []),
});

export type Resource = v.InferOutput<typeof resource>;
