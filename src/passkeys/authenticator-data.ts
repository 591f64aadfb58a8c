import { base64url } from '../crypto/bytes.ts';
import { type CborMap, readMap } from './cbor.ts';

/** What the authenticator says and signs (WebAuthn §6.1). */
export interface AuthenticatorData {
  /** SHA-256 of the relying party id that the authenticator was asked for. */
  rpIdHash: Uint8Array;
  /** Somebody touched it. */
  userPresent: boolean;
  /** It knows that it was its owner: by a PIN, a finger, a face. */
  userVerified: boolean;
  /** Its key may be copied to other devices: a synced passkey. */
  backupEligible: boolean;
  /** Its key has been copied. */
  backedUp: boolean;
  /** How often the key was used; 0 where nobody counts. */
  signCount: number;
  /** Of a registration: the new credential. */
  credential?: { aaguid: string; credentialId: string; publicKey: CborMap };
}

const FIXED = 32 + 1 + 4;
const AAGUID = 16;
/** WebAuthn §7.1 step 25. */
const MAXIMUM_CREDENTIAL_ID = 1023;
const flag = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10 } as const;
const CREDENTIAL_INCLUDED = 0x40;
const EXTENSIONS_INCLUDED = 0x80;

/** Undefined for what is no authenticator data, to the last byte. */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData | undefined {
  if (bytes.length < FIXED) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint8(32);
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const data: AuthenticatorData = {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: has(flag.userPresent),
    userVerified: has(flag.userVerified),
    backupEligible: has(flag.backupEligible),
    backedUp: has(flag.backedUp),
    signCount: view.getUint32(33),
  };
  // Whoever copies what may not be copied is broken, or lies (§6.1.3).
  if (data.backedUp && !data.backupEligible) return undefined;
  let end = FIXED;
  if (has(CREDENTIAL_INCLUDED)) {
    const idAt = FIXED + AAGUID + 2;
    if (bytes.length < idAt) return undefined;
    const idLength = view.getUint16(FIXED + AAGUID);
    const key = readMap(bytes, idAt + idLength);
    if (idLength === 0 || idLength > MAXIMUM_CREDENTIAL_ID || !key) return undefined;
    data.credential = {
      aaguid: uuid(bytes.subarray(FIXED, FIXED + AAGUID)),
      credentialId: base64url.encode(bytes.subarray(idAt, idAt + idLength)),
      publicKey: key.map,
    };
    end = key.end;
  }
  if (has(EXTENSIONS_INCLUDED)) {
    const extensions = readMap(bytes, end);
    if (!extensions) return undefined;
    end = extensions.end;
  }
  return end === bytes.length ? data : undefined;
}

function uuid(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
