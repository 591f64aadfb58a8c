import type { MailMessage } from './mail.ts';

type Text = Pick<MailMessage, 'subject' | 'text'>;

/** A text that others chose, as one short line: it can neither fake a paragraph of ours nor a second header. */
const line = (text: string): string =>
  text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, 80);

/**
 * To the owner of a new account. It repeats nothing that was typed into the form, the display name least of all:
 * anyone can sign up with somebody else's address and would have us send them a text of their choice.
 */
export const welcome = ({ name, issuer }: { name: string; issuer: string }): Text => ({
  subject: `Welcome to ${name}`,
  text: `Your ${name} account is ready. You sign in with this email address and the password you chose.

Your account shows every device that is signed in, and lets you sign any of them out:
${issuer}/account

If you did not make this account, somebody used your address: you need not do anything, and we will not write again unless something happens to it.
`,
});

export interface FamilyReuse {
  name: string;
  issuer: string;
  clientName: string;
  deviceName: string;
  /** City and country, or empty. */
  place: string;
  /** When it happened, milliseconds since the epoch. */
  at: number;
}

/** A refresh token that had been replaced came back: a thief or its owner holds a copy (RFC 9700 §4.14.2). */
export const familyReuse = ({ name, issuer, clientName, deviceName, place, at }: FamilyReuse): Text => ({
  subject: `Security notice from ${name}: we ended a session`,
  text: `Somebody reused a token of yours, so we ended that session.

App: ${line(clientName)}
Device: ${line(deviceName)}${place ? `\nPlace: ${line(place)}` : ''}
When: ${new Date(at).toUTCString()}

A token works once and is then replaced. One that had already been replaced came back, which happens when somebody has copied it. Nobody can use it any more, and the app will ask you to sign in again.

If you do not know this device, look at where you are signed in and sign out everywhere:
${issuer}/account
`,
});
