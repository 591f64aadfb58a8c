import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { emailCodeHashes, hashEmailCode, newEmailCode } from '../crypto/email-code.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { MailMessage } from '../mail/mail.ts';
import type { Asked, CodeMail } from '../mail/messages.ts';
import { sealMail } from '../mail/sealed.ts';
import { cookieName, cookieOptions } from '../middleware/cookie.ts';
import { presentationOf } from '../middleware/page.tsx';
import { isKnownDoor, signInDoor } from '../middleware/session.ts';
import { deviceOf } from '../request/sighting.ts';
import { count } from '../telemetry/recording.ts';
import type { Language } from '../texts/language.ts';
import { deviceName } from '../user/device.ts';
import type { EmailCodePurpose } from '../user/tables/email-code.ts';
import type { EmailCodeAnswer } from '../user/types.ts';

// Whoever asks for a code gets a sealed cookie that alone knows which code of which user it is. Only the browser that
// asked can try it: a code that is read aloud, or a link that is opened elsewhere, signs nobody else in.

const COOKIE = 'portcullis-email-step';
/** Of a code. */
const LIFETIME_SECONDS = 10 * 60;
/** Mails to one account, asked for at one door, after which each further one has to wait as with passwords. */
const MAXIMUM_MAILS = 5;

/** A code that this browser asked for. */
export interface EmailStep {
  purpose: EmailCodePurpose;
  userId: string;
  codeId: string;
  /** Where it was sent, in its normal form. */
  address: string;
  /** Where the sign-in leads. */
  flowId: string | undefined;
  door: string;
  /** Of a sign-up: the id of the invitation. */
  invite?: string;
  /** Of a sign-up: the code was right. The account is made in a later step. */
  proved?: boolean;
}

type Needs = Pick<Dependencies, 'config' | 'secrets' | 'users'>;

const askedFrom = (c: Context, { texts }: Pick<Language, 'texts'>): Asked => {
  const { userAgent, place } = deviceOf(c.req.raw);
  return { deviceName: deviceName(userAgent, texts), place, at: Date.now() };
};

interface Begin extends Omit<EmailStep, 'codeId' | 'door' | 'proved'> {
  /** Nothing is mailed where there is no account, and nobody can tell. */
  needsAccount: boolean;
  /** The page that the link in the mail leads to, with the code as a parameter of this name. */
  landing?: { path: string; parameter: string };
  compose: (mail: CodeMail) => Pick<MailMessage, 'subject' | 'text'>;
}

/**
 * Has a code mailed. The same calls and the same work whether or not there is an account, and whether or not a mail goes
 * out. @returns the step that the code belongs to: whoever has it can try the code.
 */
export async function mailCode(
  c: Context,
  { config, secrets, users }: Needs,
  { needsAccount, compose, landing = { path: '/signin/email/link', parameter: 'code' }, ...step }: Begin,
): Promise<EmailStep> {
  const { purpose, userId, address } = step;
  const [codeId, code, asked] = [newRecordId(), newEmailCode(), askedFrom(c, presentationOf(c, config))];
  const door = await signInDoor(c, { config, secrets }, userId);
  const link = `${config.issuer}${landing.path}?${landing.parameter}=${code}`;
  const message = {
    ...compose({ ...asked, code, link }),
    to: address,
    sentAt: asked.at,
    id: `${userId}.${codeId}`,
  };
  const expiresAt = asked.at + LIFETIME_SECONDS * 1000;
  await users.beginEmailCode(userId, {
    code: {
      codeId,
      purpose,
      address,
      hash: await hashEmailCode(secrets, userId, codeId, code),
      lifetimeSeconds: LIFETIME_SECONDS,
    },
    mail: await sealMail(secrets, message, { mailId: codeId, expiresAt }),
    needsAccount,
    door,
    // No success forgives one, so that time has to.
    policy: {
      ...config.passwords,
      maximumAttempts: MAXIMUM_MAILS,
      forgottenAfterSeconds: config.passwords.attemptWindowSeconds,
    },
  });
  return { ...step, codeId, door };
}

/** The same, and this browser remembers the step. */
export const beginEmailStep = async (c: Context, needs: Needs, begin: Begin): Promise<void> =>
  keepEmailStep(c, needs, await mailCode(c, needs, begin));

/** Remembers in this browser which code it asked for. */
export async function keepEmailStep(
  c: Context,
  { config, secrets }: Pick<Needs, 'config' | 'secrets'>,
  step: EmailStep,
): Promise<void> {
  // Twice as long as the code: what was proved by it may be used for as long again.
  const seconds = 2 * LIFETIME_SECONDS;
  const sealed = await seal(secrets, 'seal-email-step', step, Date.now() + seconds * 1000);
  setCookie(c, cookieName(config, COOKIE), sealed, { ...cookieOptions(config), maxAge: seconds });
}

/** The code that this browser asked for last. */
export const readEmailStep = (
  c: Context,
  { config, secrets }: Pick<Needs, 'config' | 'secrets'>,
): Promise<EmailStep | undefined> =>
  unseal<EmailStep>(secrets, 'seal-email-step', getCookie(c, cookieName(config, COOKIE)), Date.now());

export function endEmailStep(c: Context, { config }: Pick<Needs, 'config'>): void {
  deleteCookie(c, cookieName(config, COOKIE), cookieOptions(config));
}

/** Tries a code that somebody typed in the browser that asked for it. */
export async function tryEmailStep(
  { secrets, users }: Needs,
  { purpose, userId, codeId, door }: EmailStep,
  code: string,
): Promise<EmailCodeAnswer> {
  const answer = await users.tryEmailCode(userId, {
    codeId,
    purpose,
    hashes: await emailCodeHashes(secrets, userId, codeId, code),
    attempt: newRecordId(),
    known: isKnownDoor(door) || purpose === 'verify',
  });
  count('portcullis_factors_total', { method: 'email_code', outcome: answer.kind });
  return answer;
}
