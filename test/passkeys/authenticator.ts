import { encodeCBOR } from '@levischuck/tiny-cbor';

// An authenticator and the browser in front of it, as little of both as a test needs, which do as they are told: also what
// no honest one would.

type Bytes = Uint8Array<ArrayBuffer>;
type CBORInput = Parameters<typeof encodeCBOR>[0];

export const encode = (bytes: Uint8Array | ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

export const decode = (text: string): Bytes =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));

export const concat = (...parts: Uint8Array[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]));

const sha256 = async (data: Uint8Array<ArrayBuffer> | string): Promise<Bytes> =>
  new Uint8Array(
    await crypto.subtle.digest('SHA-256', typeof data === 'string' ? new TextEncoder().encode(data) : data),
  );

export const FLAG = {
  present: 0x01,
  verified: 0x04,
  eligible: 0x08,
  backedUp: 0x10,
  credential: 0x40,
  extensions: 0x80,
};

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

const generators = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const;

const signers = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
} as const;

/** An ECDSA signature as authenticators write it (RFC 3279 §2.2.3). */
export function der(raw: Uint8Array): Bytes {
  const integer = (number: Uint8Array): Bytes => {
    const first = number.findIndex((byte) => byte !== 0);
    const digits = first < 0 ? Uint8Array.of(0) : number.subarray(first);
    const whole = (digits[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits;
    return concat(Uint8Array.of(0x02, whole.length), whole);
  };
  const body = concat(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return concat(Uint8Array.of(0x30, body.length), body);
}

/** Of a ceremony, what is to be otherwise than it should be. */
export interface Changes {
  type?: string;
  challenge?: string;
  origin?: string;
  rpId?: string;
  crossOrigin?: unknown;
  topOrigin?: unknown;
  /** In the place of those of an honest authenticator. */
  flags?: number;
  signCount?: number;
  /** Written after all the rest. */
  extensions?: CBORInput;
  trailing?: Uint8Array;
  userHandle?: string | null;
  credentialId?: string;
  coseKey?: Map<string | number, CBORInput>;
  clientDataJSON?: Uint8Array;
  attestationObject?: Uint8Array;
  authenticatorData?: Uint8Array;
  signature?: Uint8Array;
}

export interface AuthenticatorOptions {
  algorithm?: Algorithm;
  /** Default: its keys can be synced, and are. */
  synced?: boolean;
  /** Default 0: it counts nothing, as synced ones do. */
  signCount?: number;
  aaguid?: Uint8Array;
}

export class Authenticator {
  readonly algorithm: Algorithm;
  readonly credentialId: string;
  readonly #pair: CryptoKeyPair;
  readonly #flags: number;
  readonly #aaguid: Uint8Array;
  readonly #origin: string;
  signCount: number;
  /** What it was told with the key. */
  userHandle: string | undefined;

  private constructor(origin: string, pair: CryptoKeyPair, options: AuthenticatorOptions) {
    this.#origin = origin;
    this.#pair = pair;
    this.algorithm = options.algorithm ?? 'ES256';
    this.signCount = options.signCount ?? 0;
    const backup = (options.synced ?? true) ? FLAG.eligible | FLAG.backedUp : 0;
    this.#flags = FLAG.present | FLAG.verified | backup;
    this.#aaguid = options.aaguid ?? new Uint8Array(16);
    this.credentialId = encode(crypto.getRandomValues(new Uint8Array(32)));
  }

  /** One with a new key. @param origin of the pages that its browser shows */
  static async make(origin: string, options: AuthenticatorOptions = {}): Promise<Authenticator> {
    const generator = generators[options.algorithm ?? 'ES256'];
    const pair = (await crypto.subtle.generateKey(generator, true, ['sign', 'verify'])) as CryptoKeyPair;
    return new Authenticator(origin, pair, options);
  }

  /** Its public key (RFC 9052 §7). */
  async coseKey(): Promise<Map<string | number, CBORInput>> {
    const jwk = (await crypto.subtle.exportKey('jwk', this.#pair.publicKey)) as JsonWebKey;
    const bytes = (member: string | undefined) => decode(member ?? '');
    switch (this.algorithm) {
      case 'ES256':
        return new Map<number, CBORInput>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(jwk.x)],
          [-3, bytes(jwk.y)],
        ]);
      case 'EdDSA':
        return new Map<number, CBORInput>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(jwk.x)],
        ]);
      case 'RS256':
        return new Map<number, CBORInput>([
          [1, 3],
          [3, -257],
          [-1, bytes(jwk.n)],
          [-2, bytes(jwk.e)],
        ]);
    }
  }

  async sign(data: Uint8Array<ArrayBuffer>): Promise<Bytes> {
    const signer = signers[this.algorithm];
    const raw = new Uint8Array(await crypto.subtle.sign(signer, this.#pair.privateKey, data));
    return this.algorithm === 'ES256' ? der(raw) : raw;
  }

  #clientData(type: string, challenge: string, changes: Changes): Uint8Array<ArrayBuffer> {
    const { origin = this.#origin, crossOrigin = false, topOrigin } = changes;
    const said = {
      type: changes.type ?? type,
      challenge: changes.challenge ?? challenge,
      origin,
      crossOrigin,
      topOrigin,
    };
    return Uint8Array.from(changes.clientDataJSON ?? new TextEncoder().encode(JSON.stringify(said)));
  }

  async #data(rpId: string, flags: number, credential: Uint8Array, changes: Changes): Promise<Bytes> {
    const all = changes.flags ?? flags | (changes.extensions === undefined ? 0 : FLAG.extensions);
    const head = concat(await sha256(changes.rpId ?? rpId), Uint8Array.of(all), new Uint8Array(4));
    new DataView(head.buffer).setUint32(33, changes.signCount ?? this.signCount);
    const extensions = changes.extensions === undefined ? new Uint8Array() : encodeCBOR(changes.extensions);
    return concat(head, credential, extensions, changes.trailing ?? new Uint8Array());
  }

  /** What `navigator.credentials.create` answers, in JSON. @param options of the page */
  async create(options: string, changes: Changes = {}): Promise<string> {
    const { challenge, rp, user } = JSON.parse(options) as {
      challenge: string;
      rp: { id: string };
      user: { id: string };
    };
    this.userHandle = user.id;
    const id = decode(changes.credentialId ?? this.credentialId);
    const key = encodeCBOR(changes.coseKey ?? (await this.coseKey()));
    const credential = concat(this.#aaguid, Uint8Array.of(id.length >> 8, id.length & 255), id, key);
    const authData = await this.#data(rp.id, this.#flags | FLAG.credential, credential, changes);
    const clientDataJSON = this.#clientData('webauthn.create', challenge, changes);
    const attestationObject =
      changes.attestationObject ??
      encodeCBOR(
        new Map<string, CBORInput>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', changes.authenticatorData ?? authData],
        ]),
      );
    return JSON.stringify({
      id: this.credentialId,
      rawId: this.credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: encode(clientDataJSON),
        attestationObject: encode(attestationObject),
        transports: ['internal', 'hybrid', 'telepathy'],
      },
    });
  }

  /** What `navigator.credentials.get` answers, in JSON. @param options of the page */
  async get(options: string, changes: Changes = {}): Promise<string> {
    const { challenge, rpId } = JSON.parse(options) as { challenge: string; rpId: string };
    if (this.signCount > 0) this.signCount += 1;
    const clientDataJSON = this.#clientData('webauthn.get', challenge, changes);
    const data = await this.#data(rpId, this.#flags, new Uint8Array(), changes);
    const authenticatorData = Uint8Array.from(changes.authenticatorData ?? data);
    const signature =
      changes.signature ?? (await this.sign(concat(authenticatorData, await sha256(clientDataJSON))));
    return JSON.stringify({
      id: changes.credentialId ?? this.credentialId,
      rawId: changes.credentialId ?? this.credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: encode(clientDataJSON),
        authenticatorData: encode(authenticatorData),
        signature: encode(signature),
        userHandle: changes.userHandle === undefined ? this.userHandle : changes.userHandle,
      },
    });
  }
}
