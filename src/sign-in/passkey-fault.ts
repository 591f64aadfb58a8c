import type { Fault } from '../texts/fault.ts';
import { MAXIMUM_PASSKEYS } from '../user/passkeys.ts';
import type { PasskeyAddition } from '../user/types.ts';
import type { PasskeyRefusal } from './passkey.ts';

/** What the person is told: as much as helps them, and nothing that helps whoever tries what is not theirs. */
export function passkeyFault(refusal: PasskeyRefusal): Fault {
  switch (refusal) {
    case 'malformed':
    case 'wrong_type':
    case 'wrong_origin':
    case 'cross_origin':
    case 'wrong_rp_id':
    case 'user_absent':
    case 'wrong_signature':
      return { code: 'passkey_not_for_us' };
    case 'wrong_challenge':
    case 'replayed':
      return { code: 'passkey_too_late' };
    case 'user_unverified':
      return { code: 'passkey_unverified' };
    case 'wrong_key':
      return { code: 'passkey_unsupported' };
    case 'unknown':
      return { code: 'passkey_unknown' };
    case 'counter_went_back':
      return { code: 'passkey_counter' };
  }
}

/** Why a passkey that was verified was not added. */
export function additionFault(addition: Exclude<PasskeyAddition, 'added'>): Fault {
  switch (addition) {
    case 'exists':
      return { code: 'passkey_exists' };
    case 'too_many':
      return { code: 'passkeys_too_many', count: MAXIMUM_PASSKEYS };
    case 'replayed':
      return { code: 'passkey_too_late' };
  }
}
