import type { Context } from 'hono';
import { rpIdOf } from '../config/passkeys.ts';
import type { Config } from '../config/schema.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { type Proven, signInDoor } from '../middleware/session.ts';
import { MAXIMUM_PASSKEY_NAME_LENGTH } from '../pages/limits.ts';
import type { ChallengeFor, ChallengeId } from '../passkeys/challenge.ts';
import { makerOf } from '../passkeys/maker.ts';
import { type AssertionResponse, readAssertion, readRegistration } from '../passkeys/response.ts';
import {
  assertionFault,
  challengeIn,
  type Expected,
  type PasskeyFault,
  verifyAssertion,
  verifyRegistration,
} from '../passkeys/verify.ts';
import { count } from '../telemetry/recording.ts';
import type { NewPasskey } from '../user/types.ts';
import { passkeyChallenge } from './passkey-challenge.ts';
import { floor } from './password.ts';

/** Why a passkey was refused, as far as the person is told. */
export type PasskeyRefusal = PasskeyFault | 'wrong_challenge' | 'unknown' | 'replayed' | 'counter_went_back';

export type PasskeySignIn =
  | { kind: 'proven'; proven: Proven }
  /** `unknownCredentialId` is one that its device may forget. */
  | { kind: 'refused'; refusal: PasskeyRefusal; unknownCredentialId?: string };

type Needs = Pick<Dependencies, 'config' | 'secrets' | 'users'>;

const userIdForm = /^[A-Za-z0-9_-]{22}$/;

/** What a response of a page of ours is made for; undefined where there are no passkeys. */
function expectedOf(config: Config, userVerification: boolean): Expected | undefined {
  const rpId = rpIdOf(config);
  return rpId === undefined ? undefined : { origin: config.issuer, rpId, userVerification };
}

/** The challenge that a response answers, if this browser got it from us for this use, and when it expires. */
async function challengeOf(
  c: Context,
  needs: Needs,
  clientDataJSON: Uint8Array,
  use: ChallengeFor,
): Promise<ChallengeId | undefined> {
  const challenge = challengeIn(clientDataJSON);
  return challenge === undefined ? undefined : passkeyChallenge(c, needs, challenge, use);
}

const refused = (refusal: PasskeyRefusal): { kind: 'refused'; refusal: PasskeyRefusal } => ({
  kind: 'refused',
  refusal,
});

/**
 * A new passkey out of the form field that a page of ours filled, verified but for its challenge being answered only once.
 * It must have made sure of its owner, so that it is good as the only factor.
 * @param deviceName what it is called where its maker is not known
 */
export async function newPasskey(
  c: Context,
  dependencies: Needs,
  credential: string,
  use: Extract<ChallengeFor, { userId: string }>,
  deviceName: string,
): Promise<{ kind: 'verified'; passkey: NewPasskey } | { kind: 'refused'; refusal: PasskeyRefusal }> {
  const expected = expectedOf(dependencies.config, true);
  const response = readRegistration(credential);
  if (!expected || !response) return refused('malformed');
  const challenge = await challengeOf(c, dependencies, response.response.clientDataJSON, use);
  if (!challenge) return refused('wrong_challenge');
  const verified = await verifyRegistration(response, expected);
  if (verified.kind === 'refused') return refused(verified.fault);
  const { kind: _, challenge: __, ...made } = verified;
  const name = (makerOf(made.aaguid) ?? deviceName).slice(0, MAXIMUM_PASSKEY_NAME_LENGTH);
  const answered = { ...challenge, attemptId: newRecordId() };
  return { kind: 'verified', passkey: { ...made, name, answered } };
}

/**
 * What the use of a passkey amounts to (RFC 8176): a key in hardware, or one that may be copied; with user verification it
 * is two factors by itself.
 */
export const passkeyMethods = (used: { backupEligible: boolean; userVerified: boolean }): string[] => [
  used.backupEligible ? 'swk' : 'hwk',
  ...(used.userVerified ? ['user', 'mfa'] : []),
];

/** Verifies a use and has the user's object decide whether it counts. What needs no key is judged before any is asked for. */
async function judge(
  c: Context,
  dependencies: Needs,
  assertion: AssertionResponse,
  userId: string,
  use: ChallengeFor,
  expected: Expected,
): Promise<{ kind: 'used'; methods: string[] } | Extract<PasskeySignIn, { kind: 'refused' }>> {
  const { users } = dependencies;
  const challenge = await challengeOf(c, dependencies, assertion.response.clientDataJSON, use);
  if (!challenge) return refused('wrong_challenge');
  const fault = await assertionFault(assertion, expected);
  if (fault) return refused(fault);
  const notBefore = floor();
  const publicKey = await users.passkeys.readKey(userId, assertion.id);
  const verified = publicKey && (await verifyAssertion(assertion, publicKey, expected));
  if (verified?.kind === 'asserted') {
    const answered = { ...challenge, attemptId: newRecordId() };
    const { signCount, backedUp, backupEligible } = verified;
    const used = { credentialId: assertion.id, signCount, backedUp, backupEligible, answered };
    const answer = await users.passkeys.use(userId, used);
    if (answer === 'used') return { kind: 'used', methods: passkeyMethods(verified) };
    return refused(answer);
  }
  // Whether there is such a user, or such a passkey, is not to be told by the time it takes to say no.
  await notBefore;
  if (verified) return refused(verified.fault);
  return { ...refused('unknown'), unknownCredentialId: assertion.id };
}

function counted(outcome: PasskeySignIn): PasskeySignIn {
  const told = outcome.kind === 'proven' ? 'proved' : 'wrong';
  count('portcullis_factors_total', { method: 'passkey', outcome: told });
  return outcome;
}

/** Signs in by a passkey alone: it names its user, and has made sure that it is them. */
export const signInByPasskey = async (
  c: Context,
  dependencies: Dependencies,
  credential: string,
): Promise<PasskeySignIn> => counted(await firstFactor(c, dependencies, credential));

/** A passkey as the second factor of somebody who has proved the first. It need not make sure of its owner again. */
export const secondFactorByPasskey = async (
  c: Context,
  dependencies: Dependencies,
  first: Proven,
  credential: string,
): Promise<PasskeySignIn> => counted(await secondFactor(c, dependencies, first, credential));

async function firstFactor(
  c: Context,
  dependencies: Dependencies,
  credential: string,
): Promise<PasskeySignIn> {
  const expected = expectedOf(dependencies.config, true);
  const assertion = readAssertion(credential);
  const userId = assertion?.response.userHandle ?? '';
  if (!expected || !assertion || !userIdForm.test(userId)) return refused('malformed');
  const judged = await judge(c, dependencies, assertion, userId, { purpose: 'sign_in' }, expected);
  if (judged.kind === 'refused') return judged;
  const door = await signInDoor(c, dependencies, userId);
  return { kind: 'proven', proven: { userId, amr: judged.methods, door } };
}

async function secondFactor(
  c: Context,
  dependencies: Dependencies,
  first: Proven,
  credential: string,
): Promise<PasskeySignIn> {
  const expected = expectedOf(dependencies.config, false);
  const assertion = readAssertion(credential);
  const { userId } = first;
  if (!expected || !assertion) return refused('malformed');
  // An authenticator that names somebody else was not asked for this user's keys (WebAuthn §7.2 step 6).
  if ((assertion.response.userHandle ?? userId) !== userId) return refused('unknown');
  const judged = await judge(
    c,
    dependencies,
    assertion,
    userId,
    { purpose: 'second_factor', userId },
    expected,
  );
  if (judged.kind === 'refused') return judged;
  const amr = [...new Set([...first.amr, ...judged.methods, 'mfa'])];
  return { kind: 'proven', proven: { ...first, amr } };
}
