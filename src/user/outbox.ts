import { clientsOf } from '../clients/clients.ts';
import { configOf } from '../config/configured.ts';
import { canMail } from '../config/mail.ts';
import { providerLabel } from '../config/provider.ts';
import { rootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { MailRefused } from '../mail/mail.ts';
import { mailerOf } from '../mail/mailer.ts';
import {
  accountDeleted,
  type EmailChangedKind,
  emailChanged,
  familyReuse,
  passkeyMail,
  passwordChanged,
  providerMail,
  riskNoticed,
  secondFactorMail,
  welcome,
} from '../mail/messages.ts';
import { openMail, type SealedMail, sealMail } from '../mail/sealed.ts';
import type { DeliveryAnswer, OutgoingEvent, Receiver } from '../outbox/receiver.ts';
import { report } from '../report.ts';
import { chooseLanguage, type Language } from '../texts/language.ts';
import type { Texts } from '../texts/texts.ts';
import { deviceName } from './device.ts';
import { NOTICE_LIVES_FOR } from './mails.ts';
import { noticedIn } from './security-events.ts';
import type { Profile } from './types.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What people call a client. A warning does not wait for the name of what it is about. */
async function clientName(environment: Environment, clientId: string, { common }: Texts): Promise<string> {
  const clients = await clientsOf(environment);
  const client = await clients.find(clientId).catch(() => undefined);
  return client?.clientName ?? common.anApp;
}

/** The language that the person says they read, if they say so (OpenID Connect Core §5.1). */
function languageOf(environment: Environment, { claims }: Profile): Language {
  const locale = claims?.locale;
  return chooseLanguage(configOf(environment).languages, typeof locale === 'string' ? [locale] : []);
}

interface Notification {
  subject: string;
  text: string;
  /** Default the account's address. */
  to?: string;
}

/** What the person is told of an event, and where: of a change of address at both. */
async function notifications(
  environment: Environment,
  profile: Profile,
  event: OutgoingEvent,
): Promise<Notification[]> {
  const told = (kind: EmailChangedKind, to: unknown): Notification => {
    const { name, issuer } = configOf(environment);
    const message = emailChanged(kind, { name, issuer, at: event.at }, languageOf(environment, profile));
    return { ...message, to: text(to) };
  };
  switch (event.type) {
    case 'email_changed':
      return [told('current', event.detail.to), told('former', event.detail.from)];
    case 'email_change_undone':
      return [told('undone', event.detail.to)];
    default:
      return [(await notification(environment, profile, event)) ?? []].flat();
  }
}

/** What the person is told of an event, or nothing. */
async function notification(
  environment: Environment,
  profile: Profile,
  event: OutgoingEvent,
): Promise<Notification | undefined> {
  const { name, issuer, providers } = configOf(environment);
  const language = languageOf(environment, profile);
  switch (event.type) {
    case 'user_created':
      return welcome({ name, issuer }, language);
    case 'password_changed':
      return passwordChanged({ name, issuer, reset: event.detail.reset === true, at: event.at }, language);
    case 'totp_enrolled': {
      const kind = event.detail.replaced === true ? 'totp_replaced' : 'totp_enrolled';
      return secondFactorMail(kind, { name, issuer, at: event.at }, language);
    }
    case 'totp_removed':
    case 'recovery_codes_replaced':
    case 'recovery_code_used':
      return secondFactorMail(event.type, { name, issuer, at: event.at }, language);
    case 'second_factor_locked': {
      const device = {
        deviceName: deviceName(text(event.detail.userAgent), language.texts),
        place: text(event.detail.place),
      };
      return secondFactorMail(event.type, { name, issuer, at: event.at, device }, language);
    }
    case 'passkey_added':
      // The first one of an account is part of making it.
      return event.detail.atSignUp === true
        ? undefined
        : passkeyMail('added', { name, issuer, at: event.at }, language);
    case 'passkey_removed':
      return passkeyMail('removed', { name, issuer, at: event.at }, language);
    case 'passkey_counter_went_back':
      return passkeyMail('refused', { name, issuer, at: event.at }, language);
    case 'identity_connected':
    case 'identity_disconnected': {
      if (event.detail.atSignUp === true) return undefined;
      const kind = event.type === 'identity_connected' ? 'connected' : 'disconnected';
      const provider = providerLabel(providers, text(event.detail.provider));
      return providerMail(kind, { name, issuer, provider, at: event.at }, language);
    }
    case 'family_reuse':
      return familyReuse(
        {
          name,
          issuer,
          clientName: await clientName(environment, text(event.detail.clientId), language.texts),
          deviceName: deviceName(text(event.detail.userAgent), language.texts),
          place: text(event.detail.place),
          at: event.at,
        },
        language,
      );
    case 'risk_signals': {
      if (event.detail.told === false) return undefined;
      const { clientId } = event.detail;
      return riskNoticed(
        {
          name,
          issuer,
          ...noticedIn(event.detail),
          clientName:
            clientId === undefined
              ? undefined
              : await clientName(environment, text(clientId), language.texts),
          deviceName: deviceName(text(event.detail.userAgent), language.texts),
          place: text(event.detail.place),
          at: event.at,
        },
        language,
      );
    }
    case 'account_deleted': {
      const byAdministrator = event.detail.by === 'administrator';
      return accountDeleted({ name, issuer, byAdministrator, at: event.at }, language);
    }
    // At two addresses, or at one that is not the account's any more: see `notifications`.
    case 'email_changed':
    case 'email_change_undone':
      return undefined;
    // Nobody is mailed about the rest: it gives and takes no way to sign in, and the account's activity tells of it.
    case 'account_disabled':
    case 'account_enabled':
    case 'alert_answered':
    case 'code_reuse':
    case 'consent_given':
    case 'consent_revoked':
    case 'data_exported':
    case 'delivery_given_up':
    case 'device_distrusted':
    case 'device_trusted':
    case 'email_verified':
    case 'everything_ended':
    case 'factors_dropped':
    case 'family_absolute_expiry':
    case 'family_idle_expiry':
    case 'family_revoked':
    case 'family_token_mismatch':
    case 'gate_signed_out':
    case 'logout_undelivered':
    case 'mail_undelivered':
    case 'profile_changed':
    case 'session_ended':
    case 'session_opened':
    case 'session_renewed':
    case 'token_revoked':
      return undefined;
    default:
      return event.type satisfies never;
  }
}

/** The mail by which the person is told of events, sealed. */
async function mailsOf(
  environment: Environment,
  profile: Profile,
  events: readonly OutgoingEvent[],
): Promise<SealedMail[]> {
  const secrets = await rootSecrets(environment);
  const mails: SealedMail[] = [];
  for (const event of events) {
    for (const [index, message] of (await notifications(environment, profile, event)).entries()) {
      // A retry of the delivery makes the same ids.
      const mailId = index === 0 ? event.eventId : `${event.eventId}-${index}`;
      const addressed = {
        to: profile.email,
        ...message,
        sentAt: event.at,
        id: `${profile.userId}.${mailId}`,
      };
      mails.push(await sealMail(secrets, addressed, { mailId, expiresAt: event.at + NOTICE_LIVES_FOR }));
    }
  }
  return mails;
}

/** Tells the person by mail of what they should know. It waits for nobody else, and others do not wait for it. */
export const mailReceiver = (environment: Environment): Receiver => ({
  name: 'mail',
  batch: 50,
  wants: () => canMail(configOf(environment)),
  async deliver(events, profile): Promise<DeliveryAnswer> {
    try {
      return { kind: 'taken', mails: await mailsOf(environment, profile, events) };
    } catch (error) {
      return { kind: 'later', reason: error instanceof Error ? error.name : 'unknown' };
    }
  },
});

/**
 * Sends one mail.
 * @returns `later` when it is worth trying again. Nothing of the mail is in the log.
 */
export async function sendMail(
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
    report('user.mail_not_sent', objectId, error);
    return error instanceof MailRefused ? 'never' : 'later';
  }
}
