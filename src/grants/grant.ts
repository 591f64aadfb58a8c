import type { Client } from '../config/schema.ts';
import type { TokenError } from '../core/oauth/error.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';

/** A token request after the shared phases: parsed, and from a known client that may use its grant type. */
export interface TokenRequest {
  client: Client;
  parameters: Parameters;
  resource: readonly string[];
}

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
export interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
  refresh_token?: string;
  id_token?: string;
}

export type GrantOutcome =
  | { kind: 'granted'; response: TokenResponse }
  | { kind: 'refused'; error: TokenError };

/** A grant type's own part of the token endpoint. */
export type GrantType = (dependencies: Dependencies, request: TokenRequest) => Promise<GrantOutcome>;

export const refused = (error: TokenError['error'], description: string, cause?: string): GrantOutcome => ({
  kind: 'refused',
  error: cause === undefined ? { error, description } : { error, description, cause },
});
