const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An authenticator app, by RFC 6238 alone: it shares nothing with the code under test. */
export class AuthenticatorApp {
  readonly #secret: Uint8Array<ArrayBuffer>;

  /** @param page of the set-up, with the key that people enter by hand. */
  constructor(page: string) {
    const text = /<p class="secret" dir="ltr">([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(' ', '') ?? '';
    if (text.length !== 32) throw new Error('this page sets no authenticator app up');
    const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
    this.#secret = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  }

  /** The code of the present step, or of one so many steps away. */
  async code(steps = 0): Promise<string> {
    const counter = new DataView(new ArrayBuffer(8));
    counter.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000) + steps));
    const algorithm = { name: 'HMAC', hash: 'SHA-1' };
    const key = await crypto.subtle.importKey('raw', this.#secret, algorithm, false, ['sign']);
    const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
    const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, '0');
  }
}

/** A hidden field of a page. */
export const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';

/** The recovery codes that a page shows. */
export const codesOn = (page: string): string[] =>
  [...page.matchAll(/<li class="secret">([^<]+)</g)].map(([, code = '']) => code);
