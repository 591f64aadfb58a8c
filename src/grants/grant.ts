import { isConfidential } from '../config/client-faults.ts';
import type { Client } from '../config/schema.ts';
import type { TokenError } from '../core/oauth/error.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';

/** A token request after the shared phases: parsed, and from a known client that may use its grant type. */
export interface TokenRequest {
  client: Client;
  parameters: Parameters;
  resource: readonly string[];
  /** Thumbprint of the key whose proof came with the request (RFC 9449): what is issued is bound to it. */
  dpopJkt: string | undefined;
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
export interface TokenResponse {
  access_token: string;
  token_type: TokenType;
  expires_in: number;
  /** Of the access token. Absent when it has none. */
  scope?: string;
  refresh_token?: string;
  id_token?: string;
  /** RFC 8693 §2.2.1. */
  issued_token_type?: string;
}

/** RFC 6750, RFC 9449 §5, and what RFC 8693 §2.2.1 calls a token that is no access token. */
export type TokenType = 'Bearer' | 'DPoP' | 'N_A';

/** What an access token is sent as: with a proof of the key that it is bound to, or as it is. */
export const tokenTypeOf = (dpopJkt: string | undefined): TokenType =>
  dpopJkt === undefined ? 'Bearer' : 'DPoP';

/**
 * The key that a client's refresh tokens are bound to. RFC 9449 §5: a public client's to its proof; those of a client
 * that authenticates are bound to that already, and it may change its key.
 */
export const refreshBinding = (client: Client, dpopJkt: string | undefined): string | undefined =>
  isConfidential(client) ? undefined : dpopJkt;

export type GrantOutcome =
  | { kind: 'granted'; response: TokenResponse }
  | { kind: 'refused'; error: TokenError };

/** A grant type's own part of the token endpoint. */
export type GrantType = (dependencies: Dependencies, request: TokenRequest) => Promise<GrantOutcome>;

export const refused = (
  error: TokenError['error'],
  description: string,
  cause?: string,
): Extract<GrantOutcome, { kind: 'refused' }> => ({
  kind: 'refused',
  error: cause === undefined ? { error, description } : { error, description, cause },
});
