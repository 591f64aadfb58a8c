import { sameBytes } from '../core/bytes.ts';
import { concat, sha256 } from '../crypto/bytes.ts';
import { type AuthenticatorData, readAuthenticatorData } from './authenticator-data.ts';
import { readMap } from './cbor.ts';
import { type ClientData, readClientData } from './client-data.ts';
import { importPublicKey, type PublicKey, readPublicKey, verifySignature } from './public-key.ts';
import type { AssertionResponse, RegistrationResponse } from './response.ts';

// A relying party's part of Web Authentication, Level 3: §7.1 registers a credential, §7.2 verifies an assertion. What a
// step depends on but a pure function cannot know is the caller's: whether the challenge is ours and unused, whose the
// credential is, and what its counter was (src/user/passkeys.ts). No attestation is asked for, so that none is judged.

/** What a response must be made for. */
export interface Expected {
  /** The one origin whose pages ask. */
  origin: string;
  rpId: string;
  /** Whether the authenticator must have made sure that it was its owner, by PIN or biometrics. */
  userVerification: boolean;
}

/** Why a response is refused. */
export type PasskeyFault =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_origin'
  | 'cross_origin'
  | 'wrong_rp_id'
  | 'user_absent'
  | 'user_unverified'
  | 'wrong_key'
  | 'wrong_signature';

type Refused = { kind: 'refused'; fault: PasskeyFault };
const refused = (fault: PasskeyFault): Refused => ({ kind: 'refused', fault });

/** A credential that was just made. */
export interface Registered {
  kind: 'registered';
  /** The challenge that it answers; whether it is one of ours is yet to be seen. */
  challenge: string;
  credentialId: string;
  publicKey: PublicKey;
  signCount: number;
  backupEligible: boolean;
  backedUp: boolean;
  /** The make of the authenticator, as it says itself; all zeros where it does not. */
  aaguid: string;
  transports: string[];
}

export interface Asserted {
  kind: 'asserted';
  signCount: number;
  backupEligible: boolean;
  backedUp: boolean;
  userVerified: boolean;
}

/** The steps that both ceremonies share. */
async function faultOf(
  type: 'webauthn.create' | 'webauthn.get',
  client: ClientData | undefined,
  data: AuthenticatorData | undefined,
  expected: Expected,
): Promise<PasskeyFault | undefined> {
  if (!client || !data) return 'malformed';
  // A signature made to register must not sign anybody in, nor the other way round.
  if (client.type !== type) return 'wrong_type';
  if (client.origin !== expected.origin) return 'wrong_origin';
  // Nobody may frame our pages; a browser that says so was made to.
  if (client.crossOrigin) return 'cross_origin';
  if (!sameBytes(data.rpIdHash, await sha256(expected.rpId))) return 'wrong_rp_id';
  if (!data.userPresent) return 'user_absent';
  if (expected.userVerification && !data.userVerified) return 'user_unverified';
  return undefined;
}

const knownTransports = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal'];

/** Reads a new credential out of what the authenticator wrote, never out of what a script says of it (§7.1). */
export async function verifyRegistration(
  { id, response }: RegistrationResponse,
  expected: Expected,
): Promise<Registered | Refused> {
  const client = readClientData(response.clientDataJSON);
  const attestation = readMap(response.attestationObject);
  const authData = attestation?.map.get('authData');
  const whole = attestation?.end === response.attestationObject.length;
  const data = whole && authData instanceof Uint8Array ? readAuthenticatorData(authData) : undefined;
  const fault = await faultOf('webauthn.create', client, data, expected);
  if (fault || !client || !data) return refused(fault ?? 'malformed');
  const { credential, signCount, backupEligible, backedUp } = data;
  if (!credential || credential.credentialId !== id) return refused('malformed');
  const publicKey = readPublicKey(credential.publicKey);
  if (!publicKey || !(await importPublicKey(publicKey))) return refused('wrong_key');
  return {
    kind: 'registered',
    challenge: client.challenge,
    credentialId: credential.credentialId,
    publicKey,
    signCount,
    backupEligible,
    backedUp,
    aaguid: credential.aaguid,
    transports: knownTransports.filter((transport) => response.transports?.includes(transport)),
  };
}

/** The challenge that a response claims to answer, to be judged before anybody's key is asked for. */
export const challengeIn = (clientDataJSON: Uint8Array): string | undefined =>
  readClientData(clientDataJSON)?.challenge;

/** Whether a use of a passkey is for us, as far as no key is needed to know (§7.2 steps 10 to 18). */
export async function assertionFault(
  { response }: AssertionResponse,
  expected: Expected,
): Promise<PasskeyFault | undefined> {
  const client = readClientData(response.clientDataJSON);
  return faultOf('webauthn.get', client, readAuthenticatorData(response.authenticatorData), expected);
}

/** Whether a use of a passkey is for us and made with its key (§7.2). */
export async function verifyAssertion(
  assertion: AssertionResponse,
  publicKey: PublicKey,
  expected: Expected,
): Promise<Asserted | Refused> {
  const { clientDataJSON, authenticatorData, signature } = assertion.response;
  const data = readAuthenticatorData(authenticatorData);
  const fault = await assertionFault(assertion, expected);
  if (fault || !data) return refused(fault ?? 'malformed');
  const signed = concat(authenticatorData, await sha256(clientDataJSON));
  if (!(await verifySignature(publicKey, signature, signed))) return refused('wrong_signature');
  const { signCount, backupEligible, backedUp, userVerified } = data;
  return { kind: 'asserted', signCount, backupEligible, backedUp, userVerified };
}
