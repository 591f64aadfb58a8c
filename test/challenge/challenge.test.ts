import { env } from 'cloudflare:test';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../issuer/worker.ts';
import { createChallenge } from '../../src/challenge/challenge.ts';
import { proofOfWork } from '../../src/challenge/proof-of-work.ts';
import { turnstile } from '../../src/challenge/turnstile.ts';
import { compose } from '../../src/compose.ts';
import { leadingZeroBits } from '../../src/core/account/work.ts';
import { sha256 } from '../../src/crypto/bytes.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { issuer, Person } from '../workerd/person.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Looks for the number, as the page's script does. */
async function solve(challenge: string, bits: number): Promise<string> {
  for (let number = 0; ; number += 1) {
    const answer = `${challenge}.${number}`;
    if (leadingZeroBits(await sha256(answer)) >= bits) return answer;
  }
}

async function asked(bits = 8) {
  const challenge = proofOfWork(await rootSecrets(env), bits);
  const question = await challenge.ask('here');
  if (question.kind !== 'proof-of-work') throw new Error('another challenge');
  return { challenge, question, answer: await solve(question.challenge, bits) };
}

it('zero bits in front are counted as they are written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
      const text = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
      expect(leadingZeroBits(bytes)).toBe(/^0*/.exec(text)?.[0].length);
    }),
  );
});

describe('a proof of work', () => {
  it('is right where it was asked for, and names the same work whichever number was found', async () => {
    const { challenge, question, answer } = await asked();
    const judged = await challenge.judge('here', answer);
    expect(judged).toEqual({ answerId: expect.stringMatching(/^[\w-]{22}$/) });
    let number = Number(answer.split('.')[1]) + 1;
    while (leadingZeroBits(await sha256(`${question.challenge}.${number}`)) < 8) number += 1;
    expect(await challenge.judge('here', `${question.challenge}.${number}`)).toEqual(judged);
  });

  it.each([
    ['from elsewhere', 'there', (answer: string) => answer],
    ['without the work', 'here', (answer: string) => `${answer.split('.')[0]}.1`],
    ['that makes itself easier', 'here', (answer: string) => `${'A'.repeat(50)}.${answer.split('.')[1]}`],
    ['of another form', 'here', (answer: string) => `${answer}.0`],
    ['that is empty', 'here', () => ''],
  ])('%s is none', async (_, caller, change) => {
    // More bits than a number that was not looked for has by chance.
    const { challenge, answer } = await asked(12);
    expect(await challenge.judge(caller, change(answer))).toBeUndefined();
  });

  it('is over after ten minutes', async () => {
    const { challenge, answer } = await asked();
    vi.setSystemTime(Date.now() + 10 * 60_000);
    expect(await challenge.judge('here', answer)).toBeUndefined();
  });
});

describe('Turnstile', () => {
  const answering = (answer: () => Promise<Response>) =>
    vi.spyOn(globalThis, 'fetch').mockImplementation(answer);

  it('is asked by POST, with the secret in the body alone', async () => {
    const fetch = answering(async () => Response.json({ success: true }));
    expect(await turnstile('site', 'very secret').judge('here', 'token')).toEqual({
      answerId: expect.any(String),
    });
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe('https://challenges.cloudflare.com/turnstile/v0/siteverify');
    expect(init?.method).toBe('POST');
    expect(JSON.parse(String(init?.body))).toEqual({ secret: 'very secret', response: 'token' });
  });

  it.each([
    ['says no', async () => Response.json({ success: false })],
    ['says something else', async () => Response.json({ success: 'true' })],
    ['says nothing that is JSON', async () => new Response('<html>', { status: 502 })],
    ['is away', async () => Promise.reject(new Error('very secret'))],
  ])('lets nobody through when it %s', async (_, answer) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    answering(answer);
    expect(await turnstile('site', 'very secret').judge('here', 'token')).toBeUndefined();
    expect(log.mock.calls.join()).not.toContain('very secret');
  });

  it('is not asked about what is no token', async () => {
    const fetch = answering(async () => Response.json({ success: true }));
    const challenge = turnstile('site', 'secret');
    expect(await challenge.judge('here', '')).toBeUndefined();
    expect(await challenge.judge('here', 'x'.repeat(2049))).toBeUndefined();
    expect(fetch).not.toHaveBeenCalled();
  });
});

it('is refused as a configuration when its secret is not set', async () => {
  const secrets = await rootSecrets(env);
  const config = { challenge: { kind: 'turnstile', siteKey: 'site' } } as const;
  expect(() => createChallenge(config, secrets, {})).toThrow('PORTCULLIS_TURNSTILE_SECRET: is not set');
  expect(createChallenge({ challenge: { kind: 'off' } }, secrets, {})).toBeUndefined();
});

/** A person whose requests come from an address, over its limit from the first one on. */
class Limited extends Person {
  readonly address: string;
  readonly #worker: ReturnType<typeof compose>;

  /** @param within whether it is within the limit of floods after all */
  constructor(address: string, within = false) {
    super();
    this.address = address;
    const limiter: RateLimit = { limit: async () => ({ success: within }) };
    this.#worker = compose({ ...env, FLOOD_SIGN_IN: limiter });
  }

  override send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('CF-Connecting-IP', this.address);
    if (typeof init.body === 'string') headers.set('Content-Length', String(init.body.length));
    return this.through(path, { ...init, headers }, issuer, async (request) =>
      (await this.#worker).fetch(request),
    );
  }

  /** Opens a challenge's page and answers what it asks. */
  async answer(location: string): Promise<Response> {
    const page = await this.get(location);
    expect(page.status).toBe(200);
    const html = await page.text();
    const [, challenge = ''] = /data-challenge="([^"]+)"/.exec(html) ?? [];
    const leadsTo = new URL(location, issuer).searchParams;
    return this.submit('/signin/challenge', {
      page: leadsTo.get('page') ?? '',
      ...(leadsTo.has('flow') && { flow: leadsTo.get('flow') ?? '' }),
      answer: await solve(challenge, 8),
    });
  }
}

const locationOf = (response: Response): string => response.headers.get('Location') ?? '';

describe('whoever is over the limit of their address', () => {
  it.each([
    ['/signin', { email: 'nobody', password: 'a guess' }, 401],
    ['/signup', { name: '', email: 'nobody', password: 'a guess' }, 400],
    ['/reset', { email: 'nobody' }, 400],
    ['/signin/email', { email: 'nobody' }, 400],
  ])('may send %s once for each answer', async (path, form, status) => {
    const visitor = new Limited('198.51.100.20');
    const flow = 'device-BCDFGHJK';
    const first = await visitor.submit(path, { ...form, flow });
    expect(first.status).toBe(303);
    expect(locationOf(first)).toBe(`/signin/challenge?${new URLSearchParams({ page: path, flow })}`);
    const back = await visitor.answer(locationOf(first));
    expect([back.status, locationOf(back)]).toEqual([303, `${path}?flow=${flow}`]);
    expect((await visitor.submit(path, form)).status).toBe(status);
    expect((await visitor.submit(path, form)).status, 'used up').toBe(303);
  });

  it('cannot use an answer twice, nor anywhere else', async () => {
    const visitor = new Limited('198.51.100.21');
    await visitor.answer('/signin/challenge?page=/signin');
    const copies = ['198.51.100.21', '198.51.100.22', '198.51.100.21'].map((address) => {
      const copy = new Limited(address);
      for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
      return copy;
    });
    const [own, elsewhere, again] = copies;
    const guess = { email: 'nobody', password: 'a guess' };
    expect((await elsewhere?.submit('/signin', guess))?.status).toBe(303);
    expect((await own?.submit('/signin', guess))?.status).toBe(401);
    expect((await again?.submit('/signin', guess))?.status).toBe(303);
  });

  it('is told of a wrong answer, and asked anew', async () => {
    const visitor = new Limited('198.51.100.23');
    const wrong = await visitor.submit('/signin/challenge', { page: '/signin', answer: 'nonsense' });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain('data-challenge=');
    expect(wrong.headers.get('Content-Security-Policy')).toMatch(
      /script-src http:\/\/localhost:8787\/assets\/[0-9a-f]{16}\.js;/,
    );
    expect(visitor.cookies.has('portcullis-clearance')).toBe(false);
  });

  it('is led back to no page but those', async () => {
    const visitor = new Limited('198.51.100.24');
    const back = await visitor.answer('/signin/challenge?page=https://evil.example/');
    expect(locationOf(back)).toBe('/signin');
  });

  it('waits where a program asks', async () => {
    const visitor = new Limited('198.51.100.25');
    const refused = await visitor.send('/oauth/authorization-challenge', { method: 'POST', body: 'x=y' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('60');
  });
});

it('somebody whose address stuffs may go on by an answer, and waits without', async () => {
  const visitor = new Limited('198.51.100.26', true);
  const guess = (at: number) =>
    visitor.submit('/signin', { email: `victim-${at}@example.com`, password: 'a guess of mine' });
  for (let at = 0; at < 11; at += 1) expect((await guess(at)).status).toBe(401);
  const stopped = await guess(11);
  expect([stopped.status, locationOf(stopped)]).toEqual([303, '/signin/challenge?page=%2Fsignin']);
  await visitor.answer(locationOf(stopped));
  expect((await guess(11)).status).toBe(401);
  expect((await guess(11)).status, 'used up').toBe(303);
}, 60_000);

it('one answer is enough for both limits of one form', async () => {
  const visitor = new Limited('198.51.100.27');
  for (let at = 0; at < 13; at += 1) {
    await visitor.answer('/signin/challenge?page=/signin');
    const form = { email: `victim-${at}@example.com`, password: 'a guess of mine' };
    expect((await visitor.submit('/signin', form)).status).toBe(401);
  }
}, 60_000);
