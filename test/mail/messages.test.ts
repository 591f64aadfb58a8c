import { describe, expect, it } from 'vitest';
import { toldAnswers } from '../../src/core/risk/policy.ts';
import { signals } from '../../src/core/risk/signal.ts';
import {
  emailChanged,
  familyReuse,
  newDevice,
  passkeyMail,
  passwordChanged,
  providerMail,
  riskNoticed,
  secondFactorMail,
  welcome,
} from '../../src/mail/messages.ts';
import { de } from '../../src/texts/index.ts';
import { english, languageOf } from '../../src/texts/language.ts';

const issuer = 'https://auth.example.org';
const end = `${issuer}/alerts/end?alert=eyJ.a.b`;
const device = { deviceName: 'Firefox on Windows', place: 'Lisbon, Portugal' };
const warning = { name: 'Portcullis', issuer, at: Date.UTC(2026, 10, 14, 9, 5), end };
const reuse = { ...warning, clientName: 'The demo', device };
const links = (text: string) => text.match(/https?:\S+/g);

describe('mail', () => {
  it('welcomes with a link to the account and nothing else to follow', () => {
    const { subject, text } = welcome({ name: 'Portcullis', issuer }, english);
    expect(subject).toBe('Welcome to Portcullis');
    expect(links(text)).toEqual([`${issuer}/account`]);
  });

  it.each(['added', 'removed', 'refused'] as const)(
    'of a passkey that was %s leads to the passkeys, and to the end of everything',
    (kind) => {
      const { subject, text } = passkeyMail(kind, warning, english);
      expect(subject).toContain(kind);
      expect(text).toContain('When: 14 Nov 2026, 09:05 UTC');
      expect(links(text)).toEqual([`${issuer}/account/passkeys`, end]);
    },
  );

  it.each(['connected', 'disconnected'] as const)(
    'of a provider that was %s names it, and leads to the providers and to the end of everything',
    (kind) => {
      const { subject, text } = providerMail(kind, { ...warning, provider: 'Acme' }, english);
      expect(subject).toMatch(new RegExp(`^Acme was ${kind} `));
      expect(text).toContain('When: 14 Nov 2026, 09:05 UTC');
      expect(links(text)).toEqual([`${issuer}/account/providers`, end]);
    },
  );

  it('says which app and device a reused token belonged to, and when', () => {
    const { subject, text } = familyReuse(reuse, english);
    expect(subject).toBe('Security notice from Portcullis: we ended a session');
    expect(text).toContain(
      'App: The demo\nDevice: Firefox on Windows\nPlace: Lisbon, Portugal\nWhen: 14 Nov 2026, 09:05 UTC\n',
    );
    expect(links(text)).toEqual([`${issuer}/account`, end]);
  });

  it('says what was unusual, what was done, and where, each signal and answer in words of its own', () => {
    for (const language of [english, languageOf('de', de)]) {
      const texts = toldAnswers.map((answer) => riskNoticed({ ...reuse, signals, answer }, language).text);
      expect(new Set(texts).size).toBe(toldAnswers.length);
      expect(texts[0]?.match(/^- .+$/gm)).toHaveLength(signals.length);
      expect(links(texts[0] ?? '')).toEqual([`${issuer}/account`, end]);
    }
    const { subject, text } = riskNoticed(
      { ...reuse, clientName: undefined, signals: ['new_country'], answer: 'end_family' },
      english,
    );
    expect(subject).toBe('Security notice from Portcullis: unusual use of your account');
    expect(text).toContain(
      '- a country where you had not been before\n\nWe ended what it was used with.\n\nDevice:',
    );
  });

  it('leaves the place out when nobody knows it', () => {
    expect(familyReuse({ ...reuse, device: { ...device, place: '' } }, english).text).toContain(
      'Device: Firefox on Windows\nWhen:',
    );
  });

  it('keeps a text that others chose to one short line', () => {
    const { text } = familyReuse(
      { ...reuse, clientName: `Demo\r\n\r\nPay\u2028here \u202e${'x'.repeat(200)}` },
      english,
    );
    expect(text).toMatch(/^App: Demo Pay here x{66}$/m);
  });

  it('is in the language of its reader', () => {
    const { subject, text } = familyReuse(reuse, languageOf('de', de));
    expect(subject).toContain('Sicherheitshinweis von Portcullis');
    expect(text).toContain('Ort: Lisbon, Portugal\nZeit: 14. Nov. 2026, 09:05 UTC\n');
    expect(links(text)).toEqual([`${issuer}/account`, end]);
  });

  it('tells of a sign-in somewhere new: from where, when, and how to end it', () => {
    const { subject, text } = newDevice({ ...warning, device }, english);
    expect(subject).toBe('New sign-in to your Portcullis account');
    expect(text).toContain(
      'Device: Firefox on Windows\nPlace: Lisbon, Portugal\nWhen: 14 Nov 2026, 09:05 UTC\n',
    );
    expect(links(text)).toEqual([end]);
  });

  it('says of another password from where it was changed, where that is known', () => {
    const known = passwordChanged({ ...warning, device, reset: false }, english).text;
    expect(known).toContain('Place: Lisbon, Portugal\nWhen: 14 Nov 2026, 09:05 UTC\n');
    expect(links(known)).toEqual([end, `${issuer}/reset`]);
    expect(passwordChanged({ ...warning, reset: true }, english).text).not.toContain('Place:');
  });

  it.each([
    ['totp_enrolled'],
    ['totp_replaced'],
    ['totp_removed'],
    ['recovery_codes_replaced'],
    ['recovery_code_used'],
    ['second_factor_locked'],
  ] as const)('of the second factor has the link that ends everything: %s', (kind) => {
    for (const language of [english, languageOf('de', de)]) {
      const { text } = secondFactorMail(kind, warning, language);
      expect(links(text)).toEqual([end, `${issuer}/reset`, `${issuer}/account`]);
    }
  });

  it('gives the link that ends everything to whoever may have lost the account, not to whoever came by it', () => {
    const { text } = emailChanged('former', warning, english);
    expect(links(text)).toContain(end);
    const other = emailChanged('current', { ...warning, end: undefined }, english);
    expect(other.text).not.toContain('alerts');
    expect(other.text).toMatch(/[^\n]\n$/);
  });
});
