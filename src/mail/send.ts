import { configOf } from '../config/configured.ts';
import { rootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { report } from '../report.ts';
import { count } from '../telemetry/recording.ts';
import { MailRefused } from './mail.ts';
import { mailerOf } from './mailer.ts';
import { openMail, type SealedMail } from './sealed.ts';

/**
 * Sends one mail.
 * @returns `later` when it is worth trying again. Nothing of the mail is in the log.
 */
export async function sendMail(
  environment: Environment,
  mail: SealedMail,
  objectId: string,
): Promise<'sent' | 'later' | 'never'> {
  const outcome = await tryToSend(environment, mail, objectId);
  count('portcullis_mails_total', { outcome });
  return outcome;
}

async function tryToSend(
  environment: Environment,
  mail: SealedMail,
  objectId: string,
): Promise<'sent' | 'later' | 'never'> {
  if (mail.expiresAt <= Date.now()) return 'never';
  try {
    const mailer = mailerOf(configOf(environment), environment);
    const message = mailer && (await openMail(await rootSecrets(environment), mail));
    if (!message) return 'never';
    await mailer?.send(message);
    return 'sent';
  } catch (error) {
    report('user.mail_not_sent', error, { objectId });
    return error instanceof MailRefused ? 'never' : 'later';
  }
}
