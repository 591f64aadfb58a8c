import type { TokenAnswer } from '../token-endpoint.ts';

/** How this browser proves to the issuer that it is still the one that signed in, and to a resource that it may call. */
export interface Transport {
  /** What an authorization request says beside the usual. */
  parameters?(): Promise<Record<string, string>>;
  /** Redeems a code, once (RFC 6749 §4.1.3). Never throws. */
  redeem(code: string, codeVerifier: string, redirectUri: string): Promise<TokenAnswer>;
  /**
   * Asks for a new access token. Never throws. `timeout`: milliseconds.
   * @param withUser it is not known who is signed in, and the answer is to say it.
   */
  refresh(withUser: boolean, timeout: number): Promise<TokenAnswer>;
  /** Puts an access token on a request to a resource. */
  authorize(request: Request, accessToken: string): Promise<void>;
  /** Reads a resource's answer; true when the same request should be sent again, authorized anew. */
  wantsAgain?(response: Response): boolean;
  /**
   * Ends the session, or all of the person's, at the issuer.
   * @returns the parameters of the logout request that is to follow; undefined when nothing is.
   * @throws UnavailableError when the issuer could not be told.
   */
  signOut(everywhere: boolean): Promise<Record<string, string> | undefined>;
}

export interface TransportOptions {
  issuer: string;
  clientId: string;
  /** By which this client's things are stored. */
  name: string;
}

/** There is nothing in this browser to renew with. */
export const nothingThere: TokenAnswer = {
  kind: 'refused',
  error: 'invalid_grant',
  description: 'this browser holds no sign-in',
  cause: 'no_session',
};
