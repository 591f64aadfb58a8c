import type { Context } from 'hono';
import type { Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { addressInUse, codeMail } from '../mail/messages.ts';
import { presentationOf } from '../middleware/page.tsx';
import { sealedCookies } from '../middleware/sealed-cookies.ts';
import type { SignedIn } from '../middleware/session.ts';
import type { AddressChangeAnswer } from '../user/types.ts';
import { type EmailStep, mailCode } from './email-step.ts';
import { freshPolicy } from './fresh-session.ts';
import { reserveAddress } from './reserve-address.ts';

// Another address for an account, which takes a code from each of the two mailboxes: whoever found an open browser reads
// neither, whoever took over the old mailbox is not signed in, and nobody gives an account the address of somebody else.

const LIFETIME_SECONDS = 20 * 60;
/** One at a time for a browser: the id is always the same. */
const ID = 'address____';
const CODES_PATH = '/account/email/codes';

/** The two codes, by the field in which each is typed. */
export const sides = ['from', 'to'] as const;
export type Side = (typeof sides)[number];

/** A change that this browser asked for. */
export interface PendingChange extends Record<Side, EmailStep> {
  /** The session that asked. */
  sessionId: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const kept = sealedCookies<PendingChange>({
  prefix: 'portcullis-address-change.',
  purpose: 'seal-address-change',
  lifetimeSeconds: LIFETIME_SECONDS,
  maximum: 1,
});

/** The change that this session asked for in this browser. */
export async function readChange(
  c: Context,
  dependencies: Dependencies,
  { token, session }: SignedIn,
): Promise<PendingChange | undefined> {
  const change = await kept.read(c, dependencies, ID);
  return change?.from.userId === token.userId && change.sessionId === session.sessionId ? change : undefined;
}

export const keepChange = (c: Context, dependencies: Dependencies, change: PendingChange): Promise<void> =>
  kept.keep(c, dependencies, ID, change);

export const endChange = (c: Context, dependencies: Dependencies): void => kept.end(c, dependencies, ID);

/**
 * Has a code mailed to each address. Where the new one is another account's, its owner is told so in the place of the code,
 * and nobody else learns anything: the calls and the work are the same.
 */
export async function beginChange(
  c: Context,
  dependencies: Dependencies,
  { session }: SignedIn,
  address: string,
): Promise<void> {
  const { config, identifiers } = dependencies;
  const { userId, email } = session.profile;
  const language = presentationOf(c, config);
  const common = { userId, flowId: undefined, needsAccount: true };
  const taken = (await identifiers.lookup(address)) !== undefined;
  const from = await mailCode(c, dependencies, {
    ...common,
    purpose: 'change-from',
    address: email,
    landing: { path: CODES_PATH, parameter: 'from' },
    compose: (mail) => codeMail('changeFrom', { ...mail, name: config.name }, language),
  });
  const to = await mailCode(c, dependencies, {
    ...common,
    purpose: 'change-to',
    address,
    landing: { path: CODES_PATH, parameter: 'to' },
    compose: (mail) =>
      taken
        ? addressInUse({ ...mail, name: config.name, issuer: config.issuer }, language)
        : codeMail('changeTo', { ...mail, name: config.name }, language),
  });
  const startedAt = Date.now();
  await keepChange(c, dependencies, { from, to, sessionId: session.sessionId, startedAt });
}

/**
 * Changes the address once both are proved, in three steps, each of which may be the last before a crash: reserve the new
 * one, change the account, make the new one its own and free the old one. Before the second step nothing has changed, and
 * the reservation lapses; after it the account's alarm does the rest.
 */
export async function completeChange(
  { config, identifiers, users }: Pick<Dependencies, 'config' | 'identifiers' | 'users'>,
  session: Token,
  { from, to }: Record<Side, Pick<EmailStep, 'codeId' | 'address'>>,
): Promise<AddressChangeAnswer | 'taken'> {
  const { userId } = session;
  const reserved = await reserveAddress({ identifiers, users }, to.address, userId);
  if (reserved === 'taken') return 'taken';
  const answer = await users.changeAddress(session, freshPolicy(config), {
    address: to.address,
    fromCodeId: from.codeId,
    toCodeId: to.codeId,
  });
  if (answer !== 'changed') return answer;
  // Slower than a reservation lasts, and another account took it over: this one has its old address again.
  return (await users.settleAddress(userId)) === to.address ? 'changed' : 'taken';
}
