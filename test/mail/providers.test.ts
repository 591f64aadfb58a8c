import { env } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';
import { type MailMessage, MailRefused } from '../../src/mail/mail.ts';
import { mailerOf } from '../../src/mail/mailer.ts';
import { providerStandIn } from './provider-stand-in.ts';

afterEach(() => vi.unstubAllGlobals());

const from = 'auth@example.org';
const message: MailMessage = {
  to: 'ada@example.net',
  subject: 'Your code',
  text: 'It is 12345678.',
  sentAt: 1_794_647_100_000,
  id: 'user.mail',
};
type Mail = NonNullable<ConfigInput['mail']>;
const load = (mail: Mail | undefined, kind = 'production', name = 'Portcullis') =>
  loadConfig(() => ({ issuer: 'https://auth.example.org', name, ...(mail && { mail }) }), {
    PORTCULLIS_ENVIRONMENT: kind,
  } as Environment);
const mailer = (mail: Mail, bindings: object, name?: string) => {
  const made = mailerOf(load(mail, 'production', name), bindings as Environment);
  if (!made) throw new Error('there is a mailer');
  return made;
};

/** What went wrong, as an operator's log could show it. */
async function failureOf(sending: Promise<void>): Promise<Error> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('it was sent');
  const shown = `${error.name} ${error.message} ${error.stack} ${String(error.cause)}`;
  for (const secret of ['re_a_secret', message.to, '12345678', 'hunter2'])
    expect(shown).not.toContain(secret);
  return error;
}

const resend: Mail = { kind: 'resend', from };
const http: Mail = { kind: 'http', from, url: 'https://mail.example.org/v1/send' };
const providers: [string, Mail, string][] = [
  ['Resend', resend, 'https://api.resend.com/emails'],
  ['a provider that takes JSON', http, 'https://mail.example.org/v1/send'],
];

describe.each(providers)('%s', (_, mail, address) => {
  const setUp = () => {
    const provider = providerStandIn({ address });
    vi.stubGlobal('fetch', provider.fetch);
    return { provider, mailer: mailer(mail, { PORTCULLIS_MAIL_TOKEN: provider.token }) };
  };

  it('gets a message once, however often it is delivered', async () => {
    const { provider, mailer } = setUp();
    await mailer.send(message);
    await mailer.send(message);
    expect(provider.sent).toEqual([
      expect.objectContaining({ subject: message.subject, text: message.text }),
    ]);
  });

  it('is not followed to where it redirects, and has ten seconds', async () => {
    const { provider, mailer } = setUp();
    provider.answerInstead(
      async () => new Response(null, { status: 307, headers: { Location: 'https://elsewhere.example' } }),
    );
    expect(await failureOf(mailer.send(message))).not.toBeInstanceOf(MailRefused);
    expect(provider.calls).toEqual([{ redirect: 'manual', signal: true }]);
  });

  it.each([400, 413, 422])('refuses for good with status %d', async (status) => {
    const { provider, mailer } = setUp();
    provider.answerInstead(async () => Response.json({ message: 're_a_secret' }, { status }));
    expect(await failureOf(mailer.send(message))).toBeInstanceOf(MailRefused);
  });

  it.each([401, 403, 409, 429, 500, 503])('is tried again after status %d', async (status) => {
    const { provider, mailer } = setUp();
    provider.answerInstead(async () => Response.json({ message: 're_a_secret' }, { status }));
    expect(await failureOf(mailer.send(message))).not.toBeInstanceOf(MailRefused);
  });

  it('is tried again when it cannot be reached', async () => {
    const { provider, mailer } = setUp();
    provider.answerInstead(async () => {
      throw new TypeError('no route to re_a_secret');
    });
    expect(await failureOf(mailer.send(message))).not.toBeInstanceOf(MailRefused);
  });

  it('may answer without end: not a byte of it is read', async () => {
    const { provider, mailer } = setUp();
    const cancelled = vi.fn();
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(1024));
        },
        cancel: cancelled,
      },
      { highWaterMark: 0 },
    );
    provider.answerInstead(async () => new Response(endless));
    await mailer.send(message);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(pulled).toBe(0);
  });
});

it('Resend gets the form that it documents', async () => {
  const provider = providerStandIn();
  vi.stubGlobal('fetch', provider.fetch);
  const sender = mailer(
    resend,
    { PORTCULLIS_MAIL_TOKEN: provider.token },
    'The "Gate"\r\nBcc: x@example.com',
  );
  await sender.send(message);
  expect(provider.sent).toEqual([
    {
      from: '"The Gate Bcc: x@example.com" <auth@example.org>',
      to: ['ada@example.net'],
      subject: 'Your code',
      text: 'It is 12345678.',
    },
  ]);
});

it('a provider that takes JSON gets the form that is documented', async () => {
  const provider = providerStandIn({ address: http.url });
  vi.stubGlobal('fetch', provider.fetch);
  await mailer({ ...http, fromName: 'The Gate' }, { PORTCULLIS_MAIL_TOKEN: provider.token }).send(message);
  expect(provider.sent).toEqual([
    {
      id: 'user.mail',
      from: { address: from, name: 'The Gate' },
      to: 'ada@example.net',
      subject: 'Your code',
      text: 'It is 12345678.',
      sentAt: new Date(message.sentAt).toISOString(),
    },
  ]);
});

describe('the send_email binding', () => {
  const cloudflare: Mail = { kind: 'cloudflare', from };

  it('gets a plain message', async () => {
    const send = vi.fn(async () => ({ messageId: 'x' }));
    await mailer(cloudflare, { EMAIL: { send } }).send(message);
    expect(send).toHaveBeenCalledWith({
      from: { email: from, name: 'Portcullis' },
      to: 'ada@example.net',
      subject: 'Your code',
      text: 'It is 12345678.',
    });
  });

  it.each([
    ['E_RECIPIENT_SUPPRESSED', true],
    ['E_VALIDATION_ERROR', true],
    ['E_RATE_LIMIT_EXCEEDED', false],
    ['E_SENDER_NOT_VERIFIED', false],
    ['hunter2', false],
    [undefined, false],
  ])('that answers %s refuses for good: %s', async (code, forGood) => {
    const send = async () => {
      throw Object.assign(new Error(`cannot send to ${message.to}`), { code });
    };
    const error = await failureOf(mailer(cloudflare, { EMAIL: { send } }).send(message));
    expect(error instanceof MailRefused).toBe(forGood);
  });
});

it('an address at a domain with other letters goes out as mail servers know it', async () => {
  const provider = providerStandIn();
  vi.stubGlobal('fetch', provider.fetch);
  const sender = mailer(resend, { PORTCULLIS_MAIL_TOKEN: provider.token });
  await sender.send({ ...message, to: 'ada@bücher.example' });
  expect(provider.sent[0]?.to).toEqual(['ada@xn--bcher-kva.example']);
});

describe('the configuration of mail', () => {
  it.each<[string, Mail, string]>([
    ['plain http', { kind: 'http', from, url: 'http://mail.example.org/' }, 'mail.url: must be https'],
    ['no address', { kind: 'resend', from: 'the gate' }, 'mail.from: must be an email address'],
    ['an unknown kind', { kind: 'smtp', from } as unknown as Mail, 'mail.kind: must be one of'],
  ])('refuses %s', (_, mail, fault) => {
    expect(() => load(mail)).toThrow(fault);
  });

  it.each<[string, Mail, string]>([
    ['its token', resend, 'PORTCULLIS_MAIL_TOKEN: is not set'],
    ['its token', http, 'PORTCULLIS_MAIL_TOKEN: is not set'],
    ['its binding', { kind: 'cloudflare', from }, 'needs the binding EMAIL'],
  ])('says that %s is missing', (_, mail, fault) => {
    expect(() => mailerOf(load(mail), {} as Environment)).toThrow(fault);
  });

  it('sends nothing from a laptop, and nothing where nobody said how', async () => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    await mailerOf(load(resend, 'development'), env)?.send(message);
    expect(fetched).not.toHaveBeenCalled();
    expect(mailerOf(load(undefined), {} as Environment)).toBeUndefined();
  });
});
