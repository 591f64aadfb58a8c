import type { Context } from 'hono';
import type { Identity } from '../core/federation/id-token.ts';
import type { FederatedPerson } from '../core/federation/person.ts';
import { base64url, sha256 } from '../crypto/bytes.ts';
import { newUserId, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { sealedCookies } from '../middleware/sealed-cookies.ts';
import type { ProvedIdentity } from '../user/types.ts';
import { freshPolicy } from './fresh-session.ts';

// Somebody proved who they are at a provider, and no account knows it: it is kept in this browser until the person has made
// an account with it, or signed in to the one that they have and said that it is theirs.

const LIFETIME_SECONDS = 10 * 60;
/** One at a time for a browser: the id is always the same. */
const ID = 'identity___';

/** An identity that no account has. */
export interface Unclaimed {
  proved: Omit<ProvedIdentity, 'tokens'>;
  person: FederatedPerson;
  /** Where the provider's tokens wait, if they are kept. */
  tokensId: string | undefined;
  /** The account that has the email: nobody else is asked to connect it. Undefined where none has: one may be made. */
  accountId: string | undefined;
  /** What the account is named by that is made with it, see `newAccountOf`. */
  newUserId: string;
  /** The session whose person was asked whether to connect it, see `sessionName`. */
  asked: string | undefined;
  flowId: string | undefined;
  /** The invitation that the person came with, if any. */
  invite: string | undefined;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const kept = sealedCookies<Unclaimed>({
  prefix: 'portcullis-unclaimed.',
  purpose: 'seal-provider-identity',
  lifetimeSeconds: LIFETIME_SECONDS,
  maximum: 1,
});

export const readUnclaimed = (c: Context, dependencies: Dependencies): Promise<Unclaimed | undefined> =>
  kept.read(c, dependencies, ID);

/** Whether an account may be made with it. */
export const isForNewAccount = (unclaimed: Unclaimed | undefined): unclaimed is Unclaimed =>
  unclaimed !== undefined && unclaimed.accountId === undefined;

export const keepUnclaimed = (c: Context, dependencies: Dependencies, unclaimed: Unclaimed): Promise<void> =>
  kept.keep(c, dependencies, ID, unclaimed);

export const endUnclaimed = (c: Context, dependencies: Dependencies): void => kept.end(c, dependencies, ID);

/**
 * The account that is made with it and this address: the same however often that is tried. With another address it is
 * another, or one account could take any number of addresses.
 */
export const newAccountOf = async ({ newUserId }: Unclaimed, email: string): Promise<string> =>
  base64url.encode((await sha256(`${newUserId} ${email}`)).subarray(0, 16));

/** Keeps an identity that no account has. @param sealedTokens too long for a cookie: they wait in an object of their own */
export async function leaveUnclaimed(
  c: Context,
  dependencies: Dependencies,
  { tokens: sealedTokens, ...proved }: ProvedIdentity,
  person: FederatedPerson,
  rest: Pick<Unclaimed, 'accountId' | 'flowId' | 'invite'>,
): Promise<void> {
  const startedAt = Date.now();
  const tokensId =
    sealedTokens === undefined
      ? undefined
      : await dependencies.transactions.begin(
          'provider_tokens',
          sealedTokens,
          startedAt + LIFETIME_SECONDS * 1000,
        );
  const unclaimed = { proved, person, tokensId, newUserId: newUserId(), startedAt, asked: undefined };
  await keepUnclaimed(c, dependencies, { ...unclaimed, ...rest });
}

/** The identity as an account stores it. Its tokens are taken: whoever asks stores them. */
export async function claimed(
  { transactions }: Pick<Dependencies, 'transactions'>,
  { proved, tokensId }: Unclaimed,
): Promise<ProvedIdentity> {
  const tokens =
    tokensId === undefined ? undefined : await transactions.take<string>('provider_tokens', tokensId);
  return { ...proved, tokens };
}

type Stores = Pick<Dependencies, 'identifiers' | 'users'>;

/**
 * Whose an identity is that was just proved; undefined where it is nobody's. What a crash left half-done is finished here: an
 * account that was made with it and not confirmed is confirmed, and what was disconnected and not freed is freed.
 */
export async function userOf(
  { identifiers, users }: Stores,
  proved: ProvedIdentity,
): Promise<string | undefined> {
  const { identity } = proved;
  const confirmed = await identifiers.lookup(identity);
  const userId = confirmed ?? (await identifiers.holder(identity));
  if (userId === undefined) return undefined;
  if (await users.identities.use(userId, proved)) {
    if (confirmed === undefined) await identifiers.confirm(identity, userId);
    return userId;
  }
  if (confirmed !== undefined) await identifiers.release(identity, userId);
  return undefined;
}

/** Whether an identity is really among those of an account: the account's own object has the last word. */
const has = async ({ users }: Stores, userId: string, identity: Identity): Promise<boolean> =>
  (await users.identities.list(userId)).some(
    ({ identity: { issuer, subject } }) => issuer === identity.issuer && subject === identity.subject,
  );

/**
 * Reserves an identity for an account. `taken`: it is another's. `busy`: another account may be in the middle of taking it,
 * and a moment later it is clear which.
 */
export async function reserveIdentity(
  stores: Stores,
  identity: Identity,
  userId: string,
): Promise<'reserved' | 'taken' | 'busy'> {
  const { identifiers } = stores;
  const reservation = await identifiers.reserve(identity, userId);
  if (reservation.kind === 'reserved') return 'reserved';
  const other = reservation.kind === 'pending' ? reservation.userId : await identifiers.holder(identity);
  if (other !== undefined && (await has(stores, other, identity))) {
    await identifiers.confirm(identity, other);
    return 'taken';
  }
  if (reservation.kind === 'pending' && !reservation.abandoned) return 'busy';
  // A crash left it to somebody who does not have it.
  if (reservation.kind === 'taken' && other !== undefined) await identifiers.release(identity, other);
  return (await identifiers.reserve(identity, userId, other)).kind === 'reserved' ? 'reserved' : 'busy';
}

/** Frees an identity that was reserved for an account which was not made. */
export async function giveUpIdentity(stores: Stores, identity: Identity, userId: string): Promise<void> {
  if (!(await has(stores, userId, identity))) await stores.identifiers.release(identity, userId);
}

export type Connected = 'connected' | 'taken' | 'busy' | 'too_many' | 'not_fresh';

/** Connects an identity that was proved to the account of a session: reserve, write, confirm; each may be the last step. */
export async function connectIdentity(
  { config, identifiers, users }: Stores & Pick<Dependencies, 'config'>,
  session: Token,
  proved: ProvedIdentity,
): Promise<Connected> {
  const { identity } = proved;
  const reserved = await reserveIdentity({ identifiers, users }, identity, session.userId);
  if (reserved !== 'reserved') return reserved;
  const linked = await users.identities.link(session, freshPolicy(config), proved);
  // What was reserved for it lapses by itself.
  if (linked !== 'linked') return linked;
  if (await identifiers.confirm(identity, session.userId)) return 'connected';
  // Slower than a reservation lasts, and another account took it over.
  await users.identities.drop(session.userId, identity);
  return 'taken';
}
