/** What must hold in every schedule. A name is what a violation is reported under. */
export const checks = {
  'one successor': 'all successors ever handed out for one token are the same, and storage will accept it',
  'a retry in the grace signs nobody out':
    'the current token rotates and the previous one, in its grace, is answered; nobody loses a sign-in without cause',
  'a replay changes nothing': 'it writes no row, and so extends nothing',
  'theft is caught':
    'a token used by two sides, further apart than the grace or after its successor was used, ends the family then',
  'a stolen bound token is useless': 'without the key, nothing is granted and nothing changes',
  'only its own client': 'for another client, nothing is granted and nothing changes',
  'never wider': 'a wider scope or resource is not granted and does not rotate',
  'an unknown secret ends the family':
    'a forged token with a valid tag, or one newer than a restored backup, is not granted and ends the family',
  'garbage wakes no object': 'a token without a valid tag does not reach an object',
  'ended is for ever':
    'an ended family grants nothing, and neither its end nor the cause of it changes or gets lost',
  'a sign-out ends exactly its own':
    'one session with what depends on it, everything, or one family; nothing else is touched',
  'no refusal becomes a success': 'a token that was refused for good is never granted later, whatever breaks',
  'no success without a durable row': 'a successor that was handed out is in storage after any crash',
  'nothing outlives its expiry': 'idle, absolute, and the session of a family without offline_access',
  'the cause is true': 'the cause that is kept is what happened',
} as const;

export type Check = keyof typeof checks;

export class Violation extends Error {
  override name = 'Violation';
  readonly check: Check;

  constructor(check: Check, detail: string) {
    super(`${check}: ${detail}`);
    this.check = check;
  }
}

export interface Failure {
  seed: number;
  check: Check | 'an exception';
  message: string;
}

/**
 * Plays the schedule of one seed.
 * @param count is told of everything that happens, by name
 * @param trace is told the story, line by line
 * @returns what went wrong, if anything
 */
export type Simulate = (
  seed: number,
  count?: (what: string) => void,
  trace?: (line: string) => void,
) => Failure | undefined;
