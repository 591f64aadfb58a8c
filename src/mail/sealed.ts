import type { RootSecrets } from '../crypto/root-secret.ts';
import { openSealed, seal } from '../crypto/seal.ts';
import type { MailMessage } from './mail.ts';

/** Characters. Our mails have a few hundred words. */
const MAXIMUM_LENGTH = 100_000;

/** A message as it waits in storage: a sign-in code in it can be read by nobody who has the storage alone. */
export interface SealedMail {
  /** Unique within one user's object; a message with the same id is the same message. */
  mailId: string;
  sealed: string;
  /** From then on nobody needs it, in milliseconds since the epoch. */
  expiresAt: number;
}

/** @param message whose `id` is unique everywhere, unlike `mailId`. */
export const sealMail = async (
  secrets: RootSecrets,
  message: MailMessage,
  { mailId, expiresAt }: Omit<SealedMail, 'sealed'>,
): Promise<SealedMail> => ({
  mailId,
  sealed: await seal(secrets, 'seal-mail', message, expiresAt),
  expiresAt,
});

/** The message, or undefined when it was sealed under a secret that is gone. */
export const openMail = async (
  secrets: RootSecrets,
  { sealed }: Pick<SealedMail, 'sealed'>,
): Promise<MailMessage | undefined> =>
  (await openSealed<MailMessage>(secrets, 'seal-mail', sealed, MAXIMUM_LENGTH))?.value;
