import { describe, expect, it } from 'vitest';
import { familyReuse, passkeyMail, providerMail, welcome } from '../../src/mail/messages.ts';
import { de } from '../../src/texts/index.ts';
import { english, languageOf } from '../../src/texts/language.ts';

const issuer = 'https://auth.example.org';
const reuse = {
  name: 'Portcullis',
  issuer,
  clientName: 'The demo',
  deviceName: 'Firefox on Windows',
  place: 'Lisbon, Portugal',
  at: Date.UTC(2026, 10, 14, 9, 5),
};
const links = (text: string) => text.match(/https?:\S+/g);

describe('mail', () => {
  it('welcomes with a link to the account and nothing else to follow', () => {
    const { subject, text } = welcome({ name: 'Portcullis', issuer }, english);
    expect(subject).toBe('Welcome to Portcullis');
    expect(links(text)).toEqual([`${issuer}/account`]);
  });

  it.each(['added', 'removed', 'refused'] as const)(
    'of a passkey that was %s leads to the passkeys and nowhere else',
    (kind) => {
      const { subject, text } = passkeyMail(kind, { name: 'Portcullis', issuer, at: reuse.at }, english);
      expect(subject).toContain(kind);
      expect(text).toContain('When: 14 Nov 2026, 09:05 UTC');
      expect(links(text)).toEqual([`${issuer}/account/passkeys`]);
    },
  );

  it.each(['connected', 'disconnected'] as const)(
    'of a provider that was %s names it, and leads to the providers and nowhere else',
    (kind) => {
      const what = { name: 'Portcullis', issuer, provider: 'Acme', at: reuse.at };
      const { subject, text } = providerMail(kind, what, english);
      expect(subject).toMatch(new RegExp(`^Acme was ${kind} `));
      expect(text).toContain('When: 14 Nov 2026, 09:05 UTC');
      expect(links(text)).toEqual([`${issuer}/account/providers`]);
    },
  );

  it('says which app and device a reused token belonged to, and when', () => {
    const { subject, text } = familyReuse(reuse, english);
    expect(subject).toBe('Security notice from Portcullis: we ended a session');
    expect(text).toContain(
      'App: The demo\nDevice: Firefox on Windows\nPlace: Lisbon, Portugal\nWhen: 14 Nov 2026, 09:05 UTC\n',
    );
    expect(links(text)).toEqual([`${issuer}/account`]);
  });

  it('leaves the place out when nobody knows it', () => {
    expect(familyReuse({ ...reuse, place: '' }, english).text).toContain('Device: Firefox on Windows\nWhen:');
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
    expect(links(text)).toEqual([`${issuer}/account`]);
  });
});
