import { afterEach, describe, expect, it, vi } from 'vitest';
import { isBreachedPassword } from '../../src/passwords/breached.ts';
import { newPasswordFault } from '../../src/passwords/check.ts';
import { isCommonPassword } from '../../src/passwords/common.ts';
import { decodeList, encodeList, includes, placeOf } from '../../src/passwords/list-form.ts';

afterEach(() => vi.unstubAllGlobals());

const check = (password: string, breached: 'list' | 'range-api' | 'off' = 'list', minimumLength = 8) =>
  newPasswordFault(
    { passwords: { breached } as Parameters<typeof newPasswordFault>[0]['passwords'] },
    password,
    { minimumLength, words: [] },
  );

describe('the list of common passwords', () => {
  it.each([
    'password',
    'PASSWORD',
    'sunshine',
    'iloveyou',
    'trustno1',
    'password1234567!',
    'passwordpassword',
  ])('has %s', async (password) => {
    expect(await isCommonPassword(password)).toBe(true);
  });

  it.each(['correct horse battery', 'seven lamps over the harbour', 'kz7#pq!x', 'ωραίο πρωινό'])(
    'does not have %s',
    async (password) => {
      expect(await isCommonPassword(password)).toBe(false);
    },
  );

  it('takes next to nothing for a member that is none', async () => {
    let taken = 0;
    for (let index = 0; index < 2000; index += 1) {
      if (await isCommonPassword(`no member ${index} of any list`)) taken += 1;
    }
    expect(taken).toBeLessThanOrEqual(4);
  });

  it('holds what was put in, in fewer than 17 bits each', () => {
    const heads = Array.from({ length: 5000 }, (_, index) => Math.imul(index + 1, 2654435761) >>> 0);
    const encoded = encodeList(heads);
    const places = decodeList(encoded, heads.length);
    for (const head of heads) expect(includes(places, placeOf(head, heads.length))).toBe(true);
    expect(includes(places, placeOf(12345, heads.length))).toBe(false);
    expect((encoded.length * 8) / heads.length).toBeLessThan(17);
  });
});

/** The range API of Have I Been Pwned (https://haveibeenpwned.com/API/v3#PwnedPasswords), which knows these. */
function rangeApi(breached: Record<string, number>) {
  const asked: { url: string; padding: string | null; redirect: string }[] = [];
  const hashOf = async (text: string) =>
    [...new Uint8Array(await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text)))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase();
  vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    asked.push({
      url: request.url,
      padding: request.headers.get('Add-Padding'),
      redirect: request.redirect,
    });
    const prefix = request.url.slice(-5);
    const lines = [`${'0'.repeat(35)}:0`];
    for (const [password, count] of Object.entries(breached)) {
      const hash = await hashOf(password);
      if (hash.startsWith(prefix)) lines.push(`${hash.slice(5)}:${count}`);
    }
    return new Response(lines.join('\r\n'));
  });
  return asked;
}

describe('the range API', () => {
  it('knows what was breached, by five figures of the hash and padded', async () => {
    const asked = rangeApi({ 'a breached passphrase': 7 });
    expect(await check('a breached passphrase', 'range-api')).toEqual({ code: 'password_common' });
    expect(asked).toEqual([
      {
        url: expect.stringMatching(/^https:\/\/api\.pwnedpasswords\.com\/range\/[0-9A-F]{5}$/),
        padding: 'true',
        redirect: 'manual',
      },
    ]);
    expect(await check('another passphrase', 'range-api')).toBeUndefined();
  });

  it('does not count what only pads the answer', async () => {
    rangeApi({ 'a padding passphrase': 0 });
    expect(await isBreachedPassword('a padding passphrase')).toBe(false);
  });

  it('is not asked unless it is to be, nor about what the list has', async () => {
    const asked = rangeApi({});
    await check('a breached passphrase', 'list');
    await check('password', 'range-api');
    expect(asked).toEqual([]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['is away', () => Promise.reject(new TypeError('no route'))],
    ['answers with an error', async () => new Response('no', { status: 503 })],
    [
      'leads elsewhere',
      async () => new Response(null, { status: 302, headers: { Location: 'https://x.example' } }),
    ],
    [
      'answers without end',
      async () =>
        new Response(
          new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024)) }),
        ),
    ],
  ])('leaves it to the list when it %s', async (_, answer) => {
    vi.stubGlobal('fetch', answer);
    expect(await check('a breached passphrase', 'range-api')).toBeUndefined();
    expect(await check('password', 'range-api')).toEqual({ code: 'password_common' });
  });
});

it('nothing is compared where the operator wants nothing compared', async () => {
  expect(await check('password', 'off')).toBeUndefined();
  expect(await check('short', 'off')).toEqual({ code: 'password_too_short', count: 8 });
});
