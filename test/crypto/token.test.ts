import { beforeAll, describe, expect, it } from 'vitest';
import { type RootSecrets, rootSecrets } from '../../src/crypto/root-secret.ts';
import {
  decodeToken,
  encodeToken,
  newRecordId,
  newSecret,
  newUserId,
  type Token,
  type TokenKind,
} from '../../src/crypto/token.ts';

const secretOf = (letter: string) => `development_${btoa(letter.repeat(32)).replaceAll('=', '')}`;
const secretsOf = (current: string, previous?: string) =>
  rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'development',
    PORTCULLIS_SECRET: secretOf(current),
    ...(previous !== undefined && { PORTCULLIS_SECRET_PREVIOUS: secretOf(previous) }),
  });

let secrets: RootSecrets;
beforeAll(async () => {
  secrets = await secretsOf('a');
});

const make = (): Token => ({
  home: 0,
  userId: newUserId(),
  recordId: newRecordId(),
  generation: 70_000,
  secret: newSecret(),
});

describe('a token', () => {
  it('comes back as it was made', async () => {
    const token = make();
    const text = await encodeToken(secrets, 'refresh_token', token);
    expect(text).toMatch(/^pc_rt_[A-Za-z0-9_-]{104}$/);
    expect(await decodeToken(secrets, 'refresh_token', text)).toEqual(token);
  });

  it('is refused when any one of its bytes is changed', async () => {
    const text = await encodeToken(secrets, 'refresh_token', make());
    for (let at = 6; at < text.length; at += 1) {
      const changed = text[at] === 'A' ? 'B' : 'A';
      expect(
        await decodeToken(secrets, 'refresh_token', text.slice(0, at) + changed + text.slice(at + 1)),
        String(at),
      ).toBeUndefined();
    }
  });

  it('of one kind is not one of another, whatever its prefix says', async () => {
    const kinds: [TokenKind, string][] = [
      ['authorization_code', 'pc_ac_'],
      ['session', 'pc_st_'],
    ];
    const text = await encodeToken(secrets, 'refresh_token', make());
    for (const [kind, prefix] of kinds) {
      expect(await decodeToken(secrets, kind, text)).toBeUndefined();
      expect(await decodeToken(secrets, kind, prefix + text.slice(6))).toBeUndefined();
    }
  });

  it('is read under the previous root secret, and not under a stranger’s', async () => {
    const token = make();
    const text = await encodeToken(secrets, 'refresh_token', token);
    expect(await decodeToken(await secretsOf('b', 'a'), 'refresh_token', text)).toEqual(token);
    expect(await decodeToken(await secretsOf('b'), 'refresh_token', text)).toBeUndefined();
  });

  it.each([
    '',
    'pc_rt_',
    'garbage',
    `pc_rt_${'A'.repeat(104)}`,
    `pc_rt_${'é'.repeat(104)}`,
    `pc_rt_${'='.repeat(104)}`,
    'A'.repeat(100_000),
  ])('is nothing like %.20j', async (text) => {
    expect(await decodeToken(secrets, 'refresh_token', text)).toBeUndefined();
  });
});
