import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { rootSecretEncryption } from '../../src/keys/encryption.ts';
import { makeKey, openKey } from '../../src/keys/sealed.ts';
import { otherSecret } from './setup.ts';

const encryption = async (secret = env.PORTCULLIS_SECRET) =>
  rootSecretEncryption((await rootSecrets({ ...env, PORTCULLIS_SECRET: secret })).current);
const plaintext = new TextEncoder().encode('a private key');

describe('key encryption by the root secret', () => {
  it('opens what it sealed, and seals the same twice differently', async () => {
    const { wrap, unwrap } = await encryption();
    const sealed = await wrap(plaintext, 'context');
    expect(new TextDecoder().decode(await unwrap(sealed, 'context'))).toBe('a private key');
    expect(await wrap(plaintext, 'context')).not.toBe(sealed);
  });

  it('opens nothing with another context, another secret or a changed byte', async () => {
    const { wrap, unwrap } = await encryption();
    const sealed = await wrap(plaintext, 'context');
    await expect(unwrap(sealed, 'another')).rejects.toThrow();
    await expect((await encryption(otherSecret)).unwrap(sealed, 'context')).rejects.toThrow();
    const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
    await expect(unwrap(changed, 'context')).rejects.toThrow();
  });

  it('names its key by the root secret', async () => {
    expect((await encryption()).id).not.toBe((await encryption(otherSecret)).id);
  });
});

describe('a sealed key', () => {
  it('opens as a key that signs and cannot be exported', async () => {
    const by = await encryption();
    const opened = await openKey(await makeKey('ES256', 'active', by, 1), [by]);
    expect(opened).toMatchObject({ type: 'private', extractable: false, usages: ['sign'] });
  });

  it("does not open in another key's record", async () => {
    const by = await encryption();
    const [one, other] = await Promise.all([
      makeKey('ES256', 'active', by, 1),
      makeKey('ES256', 'active', by, 1),
    ]);
    expect(await openKey({ ...one, sealedPrivateKey: other.sealedPrivateKey }, [by])).toBeUndefined();
  });
});
