import type { StepUp } from '../../core/gate/decision.ts';
import type { EndCause, StatusAnswer } from '../../user/types.ts';
import type { Claims } from '../../verify/claims.ts';
import type { Refusal } from '../../verify/refusal.ts';

/** A browser's sign-in on its way (OpenID Connect Core §3.1): what goes out, and what the answer is held to. */
export interface SignInRequest {
  /** The gate's callback on the host that the browser wants. */
  redirectUri: string;
  state: string;
  nonce: string;
  /** RFC 7636; what goes out is its S256 challenge. */
  codeVerifier: string;
  /** What the sign-in must be. Empty: any will do. */
  stepUp: StepUp;
}

/** Names a session to whoever keeps it. */
interface SessionName {
  userId: string;
  sessionId: string;
}

export type SignInAnswer =
  | (SessionName & {
      kind: 'signed_in';
      /** Every authentication context that the sign-in meets. */
      acr: readonly string[];
      /** Seconds since the epoch. */
      authTime: number | undefined;
    })
  /** The person said no. */
  | { kind: 'denied' }
  /** `reason` says what is wrong in general terms; it quotes nothing of the answer. */
  | { kind: 'failed'; reason: string };

/** A session that is alive, as far as whoever keeps it knows its person. One of our own issuer's is one. */
export interface KnownSession {
  kind: 'live';
  sessionId: string;
  /** Seconds since the epoch. */
  authTime?: number | undefined;
  /** RFC 8176. */
  amr: readonly string[];
  /** The provider's own name for how the person signed in. Absent at ours: `amr` says it. */
  acr?: string | undefined;
  profile: {
    userId: string;
    email?: string | undefined;
    emailVerified?: boolean | undefined;
    name?: string | undefined;
    claims?: Readonly<Record<string, unknown>>;
    groups?: readonly string[];
  };
  /** Of a family: the `jti` of its access tokens that were revoked. */
  revokedTokens?: string[];
  /** When the provider said so, in milliseconds since the epoch. Absent: just now. */
  confirmedAt?: number | undefined;
}

/** "Is it still alive?" */
export type KnownAnswer = KnownSession | Exclude<StatusAnswer, { kind: 'live' }>;

/** What signing out at the gate ends: the session at the issuer, or what one host knows of it alone. */
export type SignOutScope = 'issuer' | 'host';

/** The session is over at the gate. */
export type SignedOut =
  /** And everywhere else where it should be. A browser may go on there; undefined for the gate's own page that says so. */
  | { kind: 'done'; location: string | undefined }
  /** The provider's own session ends when the browser goes there. */
  | { kind: 'to_provider'; location: string };

/** Who signs people in for the gate and knows which sessions are alive: the issuer beside it, or another provider. */
export interface Identity {
  /** The authorization endpoint with the whole request, for a redirect. Throws when the provider cannot be reached. */
  authorizationUrl(request: SignInRequest): Promise<string>;
  /** Judges the provider's answer and redeems its code. Throws when that cannot be found out. */
  redeem(parameters: URLSearchParams, request: SignInRequest): Promise<SignInAnswer>;
  /**
   * Whether a session, or with it what one handle or one token family stands for, is alive. Throws without an answer.
   * @param maximumAgeSeconds the answer may be as old as that: `confirmedAt` then says how old it is.
   */
  status(userId: string, question: StatusQuestion, maximumAgeSeconds: number): Promise<KnownAnswer>;
  /**
   * Signs out before it answers. Without a handle nothing ends.
   * @param origin the public origin of the host that the browser is at
   */
  signOut(origin: string, handle: SessionHandle | undefined, scope: SignOutScope): Promise<SignedOut>;
  /** Ends every session of the person, before it answers. Absent where only a provider elsewhere can do that. */
  endEverything?(handle: SessionHandle): Promise<void>;
  /** A browser signed in again on a host: what its old handle stood for there is over, copies of the cookie included. */
  replaced?(handle: SessionHandle): Promise<void>;
  /** Who asks whether to sign out, where a link led here: a page of the issuer's, or one of the gate's. */
  askToSignOut(scope: SignOutScope): Promise<{ location: string } | { formAction: string[] }>;
  /** OpenID Connect Back-Channel Logout §2.5: ends what a logout token names, or says that it is no such token. */
  backchannelLogout?(logoutToken: string): Promise<'ended' | 'refused'>;
  /** The access tokens of a provider elsewhere. Absent: those of the issuer beside the gate are the ones that count. */
  accessTokens?: ProviderAccessTokens;
}

/** An access token that is the provider's, and good for the resource that it was read for, but for what it is bound to. */
export interface ProviderToken {
  ok: true;
  /** The same object each time that the same token comes. */
  claims: Readonly<Claims>;
  /** By which answers about it are remembered. */
  key: string;
  /** A client speaks for itself in it, or for another client: nobody has signed in. */
  isOfClient: boolean;
}

/** Whether a token is still good. `why` is for the caller. */
export type TokenAnswer =
  /** `session`: what is known of its person by now; absent where a client speaks for itself. */
  | { kind: 'live'; session: KnownSession | undefined }
  /** For good. */
  | { kind: 'ended'; why: string; cause?: EndCause | undefined }
  | { kind: 'unknown'; why: string };

/** All of it throws ProviderUnavailable where the provider would have to be asked and does not answer. */
export interface ProviderAccessTokens {
  /** Judges a token for a resource. What it is bound to is for whoever asks to check. */
  read(token: string, resource: string): Promise<ProviderToken | Refusal>;
  /** Asks the provider now about a token that was read, by its claims (RFC 7662). */
  status(claims: Readonly<Record<string, unknown>>): Promise<TokenAnswer>;
}

export interface StatusQuestion {
  sessionId: string;
  /** Asks about the refresh family as well: a token outlives neither. */
  familyId?: string | undefined;
  /** Asks about the handle as well. */
  handleId?: string | undefined;
  /** An access token is asked about: it may have been revoked, whatever it belongs to. */
  ofToken?: boolean | undefined;
  /** The request comes from whoever holds the session or the token, and is judged as well. */
  isUse?: boolean | undefined;
}

/** What the gate's cookie holds: a handle of the session, nothing that could be refreshed or raced for. */
export interface SessionHandle extends SessionName {
  /** Its own name, so that it can end without its session. */
  handleId: string;
  /** The host that it was made for: a server behind another host can do nothing with it. */
  host: string;
}
