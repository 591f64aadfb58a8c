import { expect, it } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { createProofs } from '../../src/dpop/proofs.ts';
import { issuer } from '../workerd/person.ts';
import { ProofKey } from '../workerd/proof-key.ts';

async function proofs(requireNonce: boolean) {
  const uses: [maker: string, id: string, expiresAt: number][] = [];
  const secrets = await rootSecrets({
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_SECRET: btoa('x'.repeat(32)),
  });
  const replays = {
    firstUse: async (maker: string, id: string, expiresAt: number) => uses.push([maker, id, expiresAt]) > 0,
  };
  return { uses, ...createProofs({ config: { dpop: { requireNonce } }, secrets, replays }) };
}
const request = async (key: ProofKey, changes?: Parameters<ProofKey['proof']>[0]) => ({
  proof: await key.proof(changes),
  method: 'POST',
  url: `${issuer}/oauth/token`,
});

it('needs a nonce where the configuration says so', async () => {
  const key = await ProofKey.make();
  const asking = await proofs(true);
  expect(await asking.read(await request(key))).toMatchObject({ ok: false, code: 'proof_nonce_needed' });
  expect(asking.uses).toEqual([]);
  const nonce = await asking.nonce();
  expect(await asking.read(await request(key, { nonce }))).toEqual({ ok: true, jkt: key.jkt });
  const trusting = await proofs(false);
  expect(await trusting.nonce()).toBeUndefined();
  expect(await trusting.read(await request(key))).toEqual({ ok: true, jkt: key.jkt });
});

it('remembers each key by itself, for as long as its proof is good', async () => {
  const key = await ProofKey.make();
  const { read, uses } = await proofs(false);
  const iat = Math.floor(Date.now() / 1000);
  await read(await request(key, { claims: { iat, jti: 'one' } }));
  expect(uses).toEqual([[key.jkt, `${key.jkt}.one`, (iat + 60) * 1000]]);
});

it('is for the token that it names, where tokens are presented', async () => {
  const key = await ProofKey.make();
  const { read } = await proofs(false);
  const proof = await request(key, { accessToken: 'token' });
  expect(await read(proof, { token: 'other', jkt: key.jkt })).toMatchObject({ code: 'proof_token_mismatch' });
  expect(await read(proof, { token: 'token', jkt: 'other' })).toMatchObject({ code: 'proof_key_mismatch' });
  expect(await read(proof, { token: 'token', jkt: key.jkt })).toMatchObject({ ok: true });
});
