import { write } from './random.ts';

// Stand-ins for SHA-256 and HMAC-SHA-256 that take a microsecond: deterministic, well mixed, and no protection at
// all. Nobody in the simulation attacks them; whoever wants a successor must bring the key, the salt and the secret.

type Bytes = Uint8Array;

function mix(domain: number, first: Bytes, second?: Bytes, third?: Bytes): Bytes {
  let a = 0x811c9dc5 ^ domain;
  let b = 0x2545f491 + domain;
  for (const part of [first, second, third]) {
    if (!part) continue;
    for (let at = 0; at < part.length; at += 1) {
      const byte = part[at] ?? 0;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b + byte, 0x85ebca6b);
      b ^= b >>> 13;
    }
    a ^= part.length;
  }
  const mixed = new Uint8Array(32);
  for (let at = 0; at < 32; at += 8) {
    a = Math.imul(a ^ (a >>> 16) ^ at, 0x7feb352d);
    b = Math.imul(b ^ (b >>> 15) ^ at, 0x846ca68b);
    write(mixed, at, a ^ (a >>> 15));
    write(mixed, at + 4, b ^ (b >>> 16));
  }
  return mixed;
}

/** What the object is told of a secret. */
export const hashOf = (secret: Bytes): Bytes => mix(1, secret);

/** The successor's secret: key, salt and presented secret together, or nothing. */
export const derive = (key: Bytes, salt: Bytes, presented: Bytes): Bytes => mix(2, key, salt, presented);

/** A name for a secret, for those who look on: its first 48 bits. */
export const nameOf = (secret: Bytes): number => {
  let name = 0;
  for (let at = 0; at < 6; at += 1) name = name * 256 + (secret[at] ?? 0);
  return name;
};

/** The Worker's root secret, as far as it matters here. */
export interface Key {
  id: number;
  /** For successors. Its owner alone makes valid tags as well. */
  successor: Bytes;
}

/** The key that makes new things, then those still accepted. */
export interface Ring {
  current: Key;
  all: readonly Key[];
}

/** A session's cookie. */
export interface Cookie {
  sessionId: string;
  secret: Bytes;
}

export interface Token {
  family: number;
  generation: number;
  secret: Bytes;
  /** The id of the key whose tag it carries. */
  tag: number;
}
