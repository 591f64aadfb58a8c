import { describe, expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import {
  newTotpSetup,
  openTotp,
  openTotpSetup,
  sealTotp,
  sealTotpSetup,
  setupUri,
  shownSecret,
  stepOfCode,
} from '../../src/second-factor/totp.ts';

const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: btoa(current.repeat(32)),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: btoa(previous.repeat(32)) }),
  });

/** The secret of the RFC's examples. */
const secret = new TextEncoder().encode('12345678901234567890');

describe('a code', () => {
  // RFC 6238 Appendix B, SHA-1; of its eight digits, the six that apps show.
  it.each([
    [59, '287082', 1],
    [1111111109, '081804', 37037036],
    [1111111111, '050471', 37037037],
    [1234567890, '005924', 41152263],
    [2000000000, '279037', 66666666],
    [20000000000, '353130', 666666666],
  ])('at %i seconds is %s, as RFC 6238 says', async (at, code, step) => {
    expect(await stepOfCode(secret, code, at)).toBe(step);
  });

  it('is right one step before and after its own, and no longer', async () => {
    const step = 37037037;
    const accepted = [];
    for (let drift = -3; drift <= 3; drift += 1) {
      if ((await stepOfCode(secret, '050471', (step + drift) * 30)) !== undefined) accepted.push(drift);
    }
    expect(accepted).toEqual([-1, 0, 1]);
    // To the second.
    expect(await stepOfCode(secret, '050471', (step - 1) * 30 - 1)).toBeUndefined();
    expect(await stepOfCode(secret, '050471', (step + 2) * 30 - 1)).toBe(step);
  });

  it.each(['050 471', ' 050471 ', '050-471', '０５０４７１'])(
    'is read as people type it: %j',
    async (typed) => {
      expect(await stepOfCode(secret, typed, 1111111111)).toBe(37037037);
    },
  );

  it.each(['', '50471', '0050471', '05047a', 'abcdef', '050472', '14050471', `${' '.repeat(99)}050471`])(
    'is none: %j',
    async (typed) => {
      expect(await stepOfCode(secret, typed, 1111111111)).toBeUndefined();
    },
  );
});

describe('a sealed secret', () => {
  it('opens for its own user, and is sealed anew once the root secret changed', async () => {
    const old = await secretsOf('a');
    const sealed = await sealTotp(old, 'ada', secret);
    expect(await openTotp(old, 'ada', sealed)).toEqual({ secret, resealed: undefined });
    const now = await secretsOf('b', 'a');
    const opened = await openTotp(now, 'ada', sealed);
    expect(opened?.secret).toEqual(secret);
    // The previous one can go: what was sealed anew does not need it.
    expect(await openTotp(await secretsOf('b'), 'ada', opened?.resealed ?? '')).toEqual({
      secret,
      resealed: undefined,
    });
    expect(await openTotp(await secretsOf('b'), 'ada', sealed)).toBeUndefined();
  });

  it('is nothing in another person’s object, and no set-up is one', async () => {
    const secrets = await secretsOf('a');
    expect(await openTotp(secrets, 'eve', await sealTotp(secrets, 'ada', secret))).toBeUndefined();
    const setup = newTotpSetup();
    const form = await sealTotpSetup(secrets, 'ada', setup, 0);
    expect(await openTotp(secrets, 'ada', form)).toBeUndefined();
    expect(await openTotpSetup(secrets, 'ada', form, 0)).toEqual(setup);
    expect(await openTotpSetup(secrets, 'eve', form, 0)).toBeUndefined();
    expect(await openTotpSetup(secrets, 'ada', form, 30 * 60 * 1000)).toBeUndefined();
    expect(await openTotpSetup(secrets, 'ada', undefined, 0)).toBeUndefined();
  });
});

describe('an app that is set up', () => {
  it('gets 160 new random bits each time', () => {
    const [one, two] = [newTotpSetup(), newTotpSetup()];
    expect(one.secret).toHaveLength(20);
    expect(one.secret).not.toEqual(two.secret);
    expect(one.totpId).not.toBe(two.totpId);
  });

  it('gets the secret as the Key URI format says', async () => {
    expect(shownSecret(secret)).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ');
    const uri = setupUri(secret, 'Acme: the shop & more', 'ada+x@example.com');
    expect(uri).toBe(
      'otpauth://totp/Acme%20%20the%20shop%20%26%20more:ada%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%20the%20shop%20%26%20more',
    );
  });
});
