import { base64url, concat, equal, hmacSha256, randomBytes } from '../crypto/bytes.ts';
import type { RootSecret, RootSecrets } from '../crypto/root-secret.ts';

// The id of a client that registered itself: a prefix, then base64url of version 1 | object id 16 | tag 16 bytes. It is
// public; the tag only says that we made it.
const PREFIX = 'pc_cl_';
const VERSION = 1;
const ID = 16;
const TAG = 16;
const form = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{${Math.ceil(((1 + ID + TAG) * 4) / 3)}}$`);

const tagOf = async (secret: RootSecret, signed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  (await hmacSha256(await secret.hmacKey('client-id-tag'), signed)).subarray(0, TAG);

/** A new client id. */
export async function newClientId({ current }: RootSecrets): Promise<string> {
  const signed = concat(Uint8Array.of(VERSION), randomBytes(ID));
  return PREFIX + base64url.encode(concat(signed, await tagOf(current, signed)));
}

/** The name of a client's object, or undefined for an id that we did not make: it wakes no object. */
export async function clientObjectName({ all }: RootSecrets, clientId: string): Promise<string | undefined> {
  if (!form.test(clientId)) return undefined;
  // 33 bytes fill 44 characters to the last bit: each id has one spelling.
  const bytes = Uint8Array.from(base64url.decode(clientId.slice(PREFIX.length)));
  if (bytes[0] !== VERSION) return undefined;
  const signed = bytes.slice(0, 1 + ID);
  for (const secret of all) {
    if (equal(bytes.slice(1 + ID), await tagOf(secret, signed))) return base64url.encode(signed.slice(1));
  }
  return undefined;
}
