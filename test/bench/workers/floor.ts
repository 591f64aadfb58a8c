import { DurableObject } from 'cloudflare:workers';
import { scrypt } from 'node:crypto';

// What a refresh and a sign-in cannot do without: one row written in a Durable Object and one ES256 signature, and
// one password hash. Nothing is parsed, checked or derived.

interface Environment {
  FLOOR: DurableObjectNamespace<FloorObject>;
}

export class FloorObject extends DurableObject {
  constructor(state: DurableObjectState, environment: unknown) {
    super(state, environment as Cloudflare.Env);
    state.storage.sql.exec(`CREATE TABLE IF NOT EXISTS chain (id TEXT PRIMARY KEY, generation INTEGER NOT NULL,
      current BLOB NOT NULL, previous BLOB, salt BLOB, at INTEGER NOT NULL) WITHOUT ROWID`);
  }

  /** As many bytes as a rotation stores. */
  rotate(id: string, current: Uint8Array, previous: Uint8Array, salt: Uint8Array): number {
    return this.ctx.storage.sql
      .exec<{ generation: number }>(
        `INSERT INTO chain VALUES (?, 0, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET generation = generation + 1,
          current = excluded.current, previous = excluded.previous, salt = excluded.salt, at = excluded.at
          RETURNING generation`,
        id,
        current,
        previous,
        salt,
        Date.now(),
      )
      .one().generation;
  }
}

let made: Promise<CryptoKeyPair> | undefined;
const keyPair = (): Promise<CryptoKeyPair> => {
  made ??= crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>;
  return made;
};

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** As long as an access token's header and claims. */
const signed = 'x'.repeat(620);

async function refresh(request: Request, { FLOOR }: Environment): Promise<Response> {
  const body = await request.text();
  const [object = '', chain = ''] = body.slice(body.lastIndexOf('=') + 1).split('.');
  const { privateKey } = await keyPair();
  await FLOOR.getByName(object).rotate(chain, random(32), random(32), random(16));
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    privateKey,
    new TextEncoder().encode(signed),
  );
  return Response.json({
    access_token: `${signed}.${base64url(new Uint8Array(signature))}`,
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'openid profile email demo:read',
    refresh_token: base64url(random(78)),
  });
}

/** The parameters of src/crypto/password.ts. */
const hash = (): Promise<Response> =>
  new Promise((resolve, reject) => {
    scrypt(random(32), random(16), 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 256 * 2 ** 15 * 8 }, (error) =>
      error ? reject(error) : resolve(new Response('hashed')),
    );
  });

export default {
  async fetch(request, environment) {
    return new URL(request.url).pathname === '/refresh' ? refresh(request, environment) : hash();
  },
} satisfies ExportedHandler<Environment>;
