import { shownEmailCode } from '../core/account/email-code.ts';
import type { ToldAnswer } from '../core/risk/policy.ts';
import type { Signal } from '../core/risk/signal.ts';
import type { Language } from '../texts/language.ts';
import { momentInWords } from '../texts/moment.ts';
import { fill } from '../texts/text.ts';
import type { MailMessage } from './mail.ts';

type Text = Pick<MailMessage, 'subject' | 'text'>;

/** A text that others chose, as one short line: it can neither fake a paragraph of ours nor a second header. */
const line = (text: string): string =>
  text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, 80);

interface Sender {
  /** The operator's name for the issuer. */
  name: string;
  issuer: string;
}

/**
 * To the owner of a new account. It repeats nothing that was typed into the form, the display name least of all:
 * anyone can sign up with somebody else's address and would have us send them a text of their choice.
 */
export function welcome({ name, issuer }: Sender, { texts }: Language): Text {
  const { subject, text } = texts.mail.welcome;
  return { subject: fill(subject, { name }), text: fill(text, { name, account: `${issuer}/account` }) };
}

/** Where, when and from which device a mail was asked for. */
export interface Asked {
  deviceName: string;
  /** City and country, or empty. */
  place: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface CodeMail extends Asked {
  code: string;
  /** Opened in the browser that asked it has the code filled in. */
  link: string;
}

/** What a code that is mailed is for. */
export type CodeMailKind = keyof Language['texts']['mail']['code']['kinds'];

/** The device, the place if it is known, and the time: what somebody can tell by whether it was them. */
function whereAndWhen({ deviceName, place, at }: Asked, { language, texts }: Language): string {
  const { device, place: where, when } = texts.mail.details;
  return [
    fill(device, { device: line(deviceName) }),
    ...(place ? [fill(where, { place: line(place) })] : []),
    fill(when, { time: momentInWords(language, at) }),
  ].join('\n');
}

/** A code. It stands in the subject, where a phone shows it without opening anything. */
export function codeMail(
  kind: CodeMailKind,
  { name, code, link, ...asked }: CodeMail & Pick<Sender, 'name'>,
  language: Language,
): Text {
  const { kinds, text } = language.texts.mail.code;
  const { subject, first, last } = kinds[kind];
  const shown = shownEmailCode(code);
  return {
    subject: fill(subject, { code: shown, name }),
    text: fill(text, {
      first: fill(first, { name }),
      code: shown,
      link,
      name,
      details: whereAndWhen(asked, language),
      last,
    }),
  };
}

/** To the owner of an account that somebody tried to make another time. */
export function alreadyHere({ name, issuer, ...asked }: Sender & Asked, language: Language): Text {
  const { subject, text } = language.texts.mail.alreadyHere;
  return {
    subject: fill(subject, { name }),
    text: fill(text, { name, signIn: `${issuer}/signin`, details: whereAndWhen(asked, language) }),
  };
}

/** To the owner of an account whose address somebody wants for another account. */
export function addressInUse({ name, issuer, ...asked }: Sender & Asked, language: Language): Text {
  const { subject, text } = language.texts.mail.addressInUse;
  return {
    subject: fill(subject, { name }),
    text: fill(text, { name, signIn: `${issuer}/signin`, details: whereAndWhen(asked, language) }),
  };
}

/** What every warning says beside what happened. */
export interface Warning extends Sender {
  /** When it happened, milliseconds since the epoch. */
  at: number;
  /** From where, if that is known. */
  device?: Omit<Asked, 'at'> | undefined;
  /** Ends everything (`alertLink`). */
  end: string;
}

const circumstances = ({ at, device }: Pick<Warning, 'at' | 'device'>, language: Language): string =>
  device
    ? whereAndWhen({ ...device, at }, language)
    : fill(language.texts.mail.details.when, { time: momentInWords(language.language, at) });

const notYou = ({ end }: Pick<Warning, 'end'>, { texts }: Language): string =>
  fill(texts.mail.notYou, { end });

/** To whoever was signed in somewhere new. */
export function newDevice(warning: Warning, language: Language): Text {
  const { subject, text } = language.texts.mail.newDevice;
  const { name } = warning;
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      name,
      details: circumstances(warning, language),
      notYou: notYou(warning, language),
    }),
  };
}

/** What a mail about another email address tells, and whom: whoever has the one before, the new one, or the one that stays. */
export type EmailChangedKind = keyof Language['texts']['mail']['emailChanged']['kinds'];

/**
 * To both addresses of an account that has another one now. Neither mail names the other address.
 * @param warning.end for whoever may have lost the account by it, and for nobody else
 */
export function emailChanged(
  kind: EmailChangedKind,
  { name, issuer, at, end }: Sender & { at: number; end?: string | undefined },
  language: Language,
): Text {
  const { kinds, text } = language.texts.mail.emailChanged;
  const { subject, what, last } = kinds[kind];
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      what: fill(what, { name }),
      when: circumstances({ at }, language),
      last: fill(last, { issuer }),
      warning: end === undefined ? '' : `\n${notYou({ end }, language)}\n`,
    }),
  };
}

/** To the owner of an account whose password is not what it was. */
export function passwordChanged(warning: Warning & { reset: boolean }, language: Language): Text {
  const { subject, changed, reset: setAnew, text } = language.texts.mail.passwordChanged;
  const { name, issuer, reset } = warning;
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      what: fill(reset ? setAnew : changed, { name }),
      details: circumstances(warning, language),
      notYou: notYou(warning, language),
      reset: `${issuer}/reset`,
    }),
  };
}

/** What a mail about the second factor tells. */
export type SecondFactorMailKind = keyof Language['texts']['mail']['secondFactor']['kinds'];

/** To the owner of an account whose second factor is not what it was, or was tried. */
export function secondFactorMail(kind: SecondFactorMailKind, warning: Warning, language: Language): Text {
  const { secondFactor } = language.texts.mail;
  const { subject, what } = secondFactor.kinds[kind];
  const { name, issuer } = warning;
  return {
    subject: fill(subject, { name }),
    text: fill(secondFactor.text, {
      what: fill(what, { name }),
      details: circumstances(warning, language),
      notYou: notYou(warning, language),
      reset: `${issuer}/reset`,
      account: `${issuer}/account`,
    }),
  };
}

/** What became of a passkey. `refused`: there may be a copy of it. */
export type PasskeyMailKind = keyof Language['texts']['mail']['passkey']['kinds'];

/** To the owner of an account whose ways in have changed, or were tried. */
export function passkeyMail(kind: PasskeyMailKind, warning: Warning, language: Language): Text {
  const { kinds, text } = language.texts.mail.passkey;
  const { subject, what } = kinds[kind];
  const { name, issuer } = warning;
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      what,
      passkeys: `${issuer}/account/passkeys`,
      details: circumstances(warning, language),
      notYou: notYou(warning, language),
    }),
  };
}

/** What became of another provider's account that signs somebody in. */
export type ProviderMailKind = keyof Language['texts']['mail']['provider']['kinds'];

/** To the owner of an account that another provider's account signs in to, or does no more. @param warning.provider what people call it */
export function providerMail(
  kind: ProviderMailKind,
  warning: Warning & { provider: string },
  language: Language,
): Text {
  const { kinds, text } = language.texts.mail.provider;
  const { subject, what } = kinds[kind];
  const { name, issuer, provider } = warning;
  return {
    subject: fill(subject, { name, provider }),
    text: fill(text, {
      what,
      providers: `${issuer}/account/providers`,
      details: circumstances(warning, language),
      notYou: notYou(warning, language),
    }),
  };
}

/** A refresh token that had been replaced came back: a thief or its owner holds a copy (RFC 9700 §4.14.2). */
export function familyReuse(warning: Warning & { clientName: string }, language: Language): Text {
  const { subject, text, app } = language.texts.mail.familyReuse;
  const { name, issuer, clientName } = warning;
  const details = [fill(app, { app: line(clientName) }), circumstances(warning, language)];
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      details: details.join('\n'),
      account: `${issuer}/account`,
      notYou: notYou(warning, language),
    }),
  };
}

export interface RiskNoticed extends Warning {
  signals: readonly Signal[];
  answer: ToldAnswer;
  /** The app whose access it was, if it was one's. */
  clientName?: string | undefined;
}

/** Something unusual was noticed: what it was, and what was done about it. */
export function riskNoticed(
  { signals, answer, clientName, ...warning }: RiskNoticed,
  language: Language,
): Text {
  const { name, issuer } = warning;
  const { mail, risk } = language.texts;
  const { subject, text, app } = mail.risk;
  const details = [
    ...(clientName === undefined ? [] : [fill(app, { app: line(clientName) })]),
    circumstances(warning, language),
  ];
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      signals: signals.map((signal) => `- ${risk.signals[signal]}`).join('\n'),
      answer: risk.answers[answer],
      details: details.join('\n'),
      account: `${issuer}/account`,
      notYou: notYou(warning, language),
    }),
  };
}

/** The last mail to somebody whose account is gone. */
export function accountDeleted(
  { name, issuer, byAdministrator, at }: Sender & { byAdministrator: boolean; at: number },
  { language, texts }: Language,
): Text {
  const { subject, asked, administrator, text, notYou } = texts.mail.accountDeleted;
  return {
    subject: fill(subject, { name }),
    text: fill(text, {
      what: fill(byAdministrator ? administrator : asked, { name }),
      when: fill(texts.mail.details.when, { time: momentInWords(language, at) }),
      notYou: byAdministrator ? '' : fill(notYou, { issuer }),
    }),
  };
}
