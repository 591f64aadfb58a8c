import { clientsOf } from '../clients/clients.ts';
import { configOf } from '../config/configured.ts';
import { canMail } from '../config/mail.ts';
import { providerLabel } from '../config/provider.ts';
import { type RootSecrets, rootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { alertLink } from '../mail/alert-link.ts';
import {
  accountDeleted,
  type EmailChangedKind,
  emailChanged,
  familyReuse,
  newDevice,
  passkeyMail,
  passwordChanged,
  providerMail,
  riskNoticed,
  secondFactorMail,
  type Warning,
  welcome,
} from '../mail/messages.ts';
import { type SealedMail, sealMail } from '../mail/sealed.ts';
import { chooseLanguage, type Language } from '../texts/language.ts';
import type { Texts } from '../texts/texts.ts';
import { deviceKindName, deviceName } from '../user/device.ts';
import { type EventType, noticedIn } from '../user/security-events.ts';
import type { Profile } from '../user/types.ts';
import type { DeliveryAnswer, OutgoingEvent, Receiver } from './receiver.ts';

/** For how long a notice is worth sending. */
const NOTICE_LIVES_FOR = 3 * 24 * 60 * 60 * 1000;

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

/** Nobody is mailed about these: they give and take no way to sign in, and the account's activity tells of them. */
const unmailed = [
  'account_disabled',
  'account_enabled',
  'alert_answered',
  'code_reuse',
  'consent_given',
  'consent_revoked',
  'data_exported',
  'delivery_given_up',
  'device_distrusted',
  'device_trusted',
  'email_verified',
  'everything_ended',
  'factors_dropped',
  'family_absolute_expiry',
  'family_idle_expiry',
  'family_revoked',
  'family_token_mismatch',
  'gate_signed_out',
  'logout_undelivered',
  'mail_undelivered',
  'profile_changed',
  'session_ended',
  'session_renewed',
  'token_revoked',
] as const satisfies readonly EventType[];

type MailedType = Exclude<EventType, (typeof unmailed)[number]>;

const isMailed = (type: EventType): type is MailedType => !unmailed.some((one) => one === type);

interface Notification {
  subject: string;
  text: string;
  /** Default the account's address. */
  to?: string;
}

/** What is known of where it was done: of the device that it is about, or else of the request. */
function deviceOf({ detail }: OutgoingEvent, texts: Texts): Warning['device'] {
  const { userAgent, place, seen } = detail;
  if (typeof userAgent === 'string') return { deviceName: deviceName(userAgent, texts), place: text(place) };
  if (typeof seen !== 'object' || seen === null) return undefined;
  const known: { place?: unknown; browser?: unknown; system?: unknown } = seen;
  const kind = { browser: text(known.browser), system: text(known.system) };
  return { deviceName: deviceKindName(kind, texts), place: text(known.place) };
}

/** What a warning of an event says beside what happened. */
async function warningOf(
  environment: Environment,
  secrets: RootSecrets,
  profile: Profile,
  event: OutgoingEvent,
): Promise<Warning> {
  const { name, issuer } = configOf(environment);
  const { userId } = profile;
  const { eventId, at } = event;
  return {
    name,
    issuer,
    at,
    device: deviceOf(event, languageOf(environment, profile).texts),
    end: await alertLink(secrets, issuer, { userId, eventId }, at),
  };
}

/** What the person is told of an event, and where: of a change of address at both. */
async function notifications(
  environment: Environment,
  profile: Profile,
  type: MailedType,
  event: OutgoingEvent,
  warning: Warning,
): Promise<Notification | Notification[] | undefined> {
  const { name, issuer, providers } = configOf(environment);
  const language = languageOf(environment, profile);
  const aboutAddress = (kind: EmailChangedKind, to: unknown, end?: string): Notification => ({
    ...emailChanged(kind, { name, issuer, at: event.at, end }, language),
    to: text(to),
  });
  switch (type) {
    case 'user_created':
      return welcome({ name, issuer }, language);
    case 'session_opened':
      // Whoever has just made an account knows that they are signed in to it; and one warning of a sign-in is enough.
      return event.detail.isNewDevice === true &&
        event.detail.atSignUp !== true &&
        event.detail.warned !== true
        ? newDevice(warning, language)
        : undefined;
    case 'password_changed':
      return passwordChanged({ ...warning, reset: event.detail.reset === true }, language);
    case 'totp_enrolled': {
      const kind = event.detail.replaced === true ? 'totp_replaced' : 'totp_enrolled';
      return secondFactorMail(kind, warning, language);
    }
    case 'totp_removed':
    case 'recovery_codes_replaced':
    case 'recovery_code_used':
    case 'second_factor_locked':
      return secondFactorMail(type, warning, language);
    case 'passkey_added':
      // The first one of an account is part of making it.
      return event.detail.atSignUp === true ? undefined : passkeyMail('added', warning, language);
    case 'passkey_removed':
      return passkeyMail('removed', warning, language);
    case 'passkey_counter_went_back':
      return passkeyMail('refused', warning, language);
    case 'identity_connected':
    case 'identity_disconnected': {
      if (event.detail.atSignUp === true) return undefined;
      const kind = type === 'identity_connected' ? 'connected' : 'disconnected';
      const provider = providerLabel(providers, text(event.detail.provider));
      return providerMail(kind, { ...warning, provider }, language);
    }
    case 'family_reuse': {
      const clientId = text(event.detail.clientId);
      const named = { ...warning, clientName: await clientName(environment, clientId, language.texts) };
      return familyReuse(named, language);
    }
    case 'risk_signals': {
      if (event.detail.told === false) return undefined;
      const { clientId } = event.detail;
      const named =
        clientId === undefined
          ? {}
          : { clientName: await clientName(environment, text(clientId), language.texts) };
      return riskNoticed({ ...warning, ...noticedIn(event.detail), ...named }, language);
    }
    case 'account_deleted': {
      const byAdministrator = event.detail.by === 'administrator';
      return accountDeleted({ name, issuer, byAdministrator, at: event.at }, language);
    }
    case 'email_changed':
      return [
        aboutAddress('current', event.detail.to),
        aboutAddress('former', event.detail.from, warning.end),
      ];
    case 'email_change_undone':
      return aboutAddress('undone', event.detail.to);
    default:
      return type satisfies never;
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
    const { type } = event;
    if (!isMailed(type)) continue;
    const warning = await warningOf(environment, secrets, profile, event);
    const told = (await notifications(environment, profile, type, event, warning)) ?? [];
    for (const [index, message] of [told].flat().entries()) {
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
  wants: (type) => canMail(configOf(environment)) && isMailed(type),
  async deliver(events, profile): Promise<DeliveryAnswer> {
    return { kind: 'taken', mails: await mailsOf(environment, profile, events) };
  },
});
