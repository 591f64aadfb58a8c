import { english, type Language } from '../texts/language.ts';
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
export function welcome({ name, issuer }: Sender, { texts }: Language = english): Text {
  const { subject, text } = texts.mail.welcome;
  return { subject: fill(subject, { name }), text: fill(text, { name, account: `${issuer}/account` }) };
}

export interface FamilyReuse extends Sender {
  clientName: string;
  deviceName: string;
  /** City and country, or empty. */
  place: string;
  /** When it happened, milliseconds since the epoch. */
  at: number;
}

/** A refresh token that had been replaced came back: a thief or its owner holds a copy (RFC 9700 §4.14.2). */
export function familyReuse(
  { name, issuer, clientName, deviceName, place, at }: FamilyReuse,
  { language, texts }: Language = english,
): Text {
  const { subject, text, ...words } = texts.mail.familyReuse;
  const details = [
    fill(words.app, { app: line(clientName) }),
    fill(words.device, { device: line(deviceName) }),
    ...(place ? [fill(words.place, { place: line(place) })] : []),
    fill(words.when, { time: momentInWords(language, at) }),
  ];
  return {
    subject: fill(subject, { name }),
    text: fill(text, { details: details.join('\n'), account: `${issuer}/account` }),
  };
}
