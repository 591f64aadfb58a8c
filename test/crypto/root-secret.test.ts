import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';

const good = btoa('x'.repeat(32));
const load = (secret: string, environment = 'production', previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: environment,
    PORTCULLIS_SECRET: secret,
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: previous }),
  });

describe('the root secret', () => {
  it.each([
    ['missing', '', /PORTCULLIS_SECRET: is not set; .*wrangler secret put PORTCULLIS_SECRET/],
    ['too short', btoa('x'.repeat(31)), /is too short, base64 of 31 bytes where at least 32 are needed/],
    ['too short for base64 of anything', 'abcde', /is too short/],
    ['no base64', `not base64! ${good}`, /is not base64/],
    ['made for development', `development_${good}`, /is a development secret/],
  ])(
    'is refused when it is %s, in a line that says what to do and not what it was',
    async (_, secret, message) => {
      const error: unknown = await load(secret).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).message).toMatch(message);
      if (secret) expect((error as ConfigError).message).not.toContain(secret);
    },
  );

  it('made for development works there', async () => {
    await expect(load(`development_${good}`, 'development')).resolves.toBeDefined();
  });

  it('gives each purpose a key of its own, the same every time', async () => {
    const [one, two] = [await load(good), await load(good)];
    const tag = await one.current.bytes('token-tag');
    expect(tag).toHaveLength(32);
    expect(await two.current.bytes('token-tag')).toEqual(tag);
    expect(await one.current.bytes('password-pepper')).not.toEqual(tag);
    expect(one.current.id).toBe(two.current.id);
  });

  it('is checked in its previous form as well', async () => {
    await expect(load(good, 'production', 'short')).rejects.toThrow(/PORTCULLIS_SECRET_PREVIOUS/);
  });
});
