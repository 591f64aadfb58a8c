import type { Mutant } from './load.ts';

const inFile =
  (file: string) =>
  (name: string, find: string, replace = ''): Mutant => ({ name, file, find, replace });

const rule = inFile('src/core/family/rule.ts');
const transaction = inFile('src/user/families.ts');
const session = inFile('src/user/sessions.ts');
const platform = inFile('test/simulation/model/object.ts');
const worker = inFile('test/simulation/model/worker.ts');

const boundCheck = 'const bound = family.dpopJkt !== null;';
const browserCheck = 'const sameBrowser = family.sessionProved && presented.provesSession;';
const graceCheck = 'bound || sameBrowser || now < family.rotatedAt + policy.graceMilliseconds';
const replay = "return { kind: 'replay', salt, hash: family.currentHash }";
const reuse = "return { kind: 'end', cause: 'reuse', endedAt: now }";
const isCurrent =
  'presented.generation === family.generation && sameBytes(presented.secretHash, family.currentHash)';
const olderIsReuse = 'presented.generation < family.generation';
const isPrevious = 'presented.generation === family.generation - 1 &&';
const clientCheck =
  "if (presented.clientId !== family.clientId) return { kind: 'refuse', refusal: 'wrong_client' };";
const keyCheck = "if (presented.dpopJkt !== family.dpopJkt) return { kind: 'refuse', refusal: 'wrong_key' };";
const scopeCheck =
  "if (!within(presented.scope, family.scope)) return { kind: 'refuse', refusal: 'scope_exceeded' };";
const resourceCheck =
  "if (!within(presented.resource, family.resource)) return { kind: 'refuse', refusal: 'resource_exceeded' };";
const previousMismatch = `if (!sameBytes(presented.secretHash, previousHash))
      return { kind: 'end', cause: 'token_mismatch', endedAt: now };`;
const unknown =
  "know: storage went back, or a key leaked.\n  return { kind: 'end', cause: 'token_mismatch', endedAt: now };";
const slides = 'idleExpiresAt = Math.min(now + policy.idleMilliseconds, family.absoluteExpiresAt)';
const absolute = "if (now >= absolute) return { cause: 'absolute_expiry', endedAt: absolute };";
const idle = "if (idle < absolute && now >= idle) return { cause: 'idle_expiry', endedAt: idle };";
const commits = 'storage.commit();';
const isLost = "if (doom === 'crash before the commit' || doom === 'storage full at the commit') {";

/** Everything that must be noticed. */
export const mutants: readonly Mutant[] = [
  rule('the grace never closes', graceCheck, 'true'),
  rule('there is no grace', graceCheck, 'false'),
  rule('the grace is a millisecond too long', graceCheck, graceCheck.replace('now <', 'now <=')),
  rule('the grace of a bound family closes by time', boundCheck, 'const bound = false;'),
  rule('the grace of a browser with its session closes by time', browserCheck, 'const sameBrowser = false;'),
  rule(
    'the grace of a session lasts for whoever has the token alone',
    browserCheck,
    browserCheck.replace(' && presented.provesSession', ''),
  ),
  rule(
    'the owner with the session is answered after somebody without it was',
    browserCheck,
    browserCheck.replace('family.sessionProved && ', ''),
  ),
  rule(
    'a session makes up for an older generation',
    olderIsReuse,
    `!presented.provesSession && ${olderIsReuse}`,
  ),
  rule(
    'a session gets the successor for an older generation',
    `if (${olderIsReuse})`,
    `if (presented.provesSession && presented.generation === family.generation - 2 && salt)
      return { kind: 'replay', salt, hash: family.currentHash };
    if (${olderIsReuse})`,
  ),
  rule(
    'a session makes up for a wrong secret',
    '!sameBytes(presented.secretHash, previousHash)',
    '!presented.provesSession && !sameBytes(presented.secretHash, previousHash)',
  ),
  rule('a rotation forgets that the session was there', 'sessionProved: presented.provesSession,'),
  rule(
    'a rotation by the token alone passes for one with the session',
    'sessionProved: presented.provesSession,',
    'sessionProved: true,',
  ),
  transaction(
    'the session of another family is accepted',
    'if (presented?.sessionId !== family.sessionId) return false;',
    'if (!presented) return false;',
  ),
  transaction('an ended session is accepted', 'return sessionEnd(row, now) === null;', 'return true;'),
  transaction(
    'the secret of the session is not compared',
    '!row || !sameBytes(presented.secretHash, row.secretHash)',
    '!row',
  ),
  rule('the grace is one generation off', isPrevious, isPrevious.replace('- 1', '- 2')),
  rule(
    'the grace reaches a generation further',
    isPrevious,
    isPrevious.replace('=== family', '>= family').replace('- 1', '- 2'),
  ),
  rule(
    'the grace takes the previous secret under the current generation',
    isPrevious,
    isPrevious.replace('===', '>='),
  ),
  rule(
    'a replay forks: it adopts the new candidate',
    replay,
    "return { kind: 'rotate', family: { ...family, currentHash: presented.candidate.hash, salt: presented.candidate.salt } }",
  ),
  rule(
    'a replay forks: it answers with the new candidate',
    replay,
    "return { kind: 'replay', salt: presented.candidate.salt, hash: presented.candidate.hash }",
  ),
  rule('a replay rotates', replay, "return { kind: 'rotate', family: { ...family, rotatedAt: now } }"),

  rule('the client is forgotten', clientCheck),
  rule(
    'the client is asked about for the current generation only',
    clientCheck,
    clientCheck.replace(') return', ' && presented.generation === family.generation) return'),
  ),
  rule('the key is forgotten', keyCheck),
  rule('the key may be left out', keyCheck, keyCheck.replace('if (', 'if (presented.dpopJkt !== null && ')),
  rule(
    'the key is asked about for the current generation only',
    keyCheck,
    keyCheck.replace(') return', ' && presented.generation === family.generation) return'),
  ),
  rule('a wider scope is accepted', scopeCheck),
  rule('a wider resource is accepted', resourceCheck),
  rule('one item of the scope is enough', 'asked.every((item)', 'asked.some((item)'),

  rule('a newer generation is accepted', isCurrent, isCurrent.replace('===', '>=')),
  rule('an older generation is accepted', isCurrent, isCurrent.replace('===', '<=')),
  rule('the current hash is not compared', isCurrent, 'presented.generation === family.generation'),
  rule('the previous hash is not compared', previousMismatch),
  rule(
    'a wrong previous secret is refused, the family lives',
    previousMismatch,
    previousMismatch.replace(/return .*;/, "return { kind: 'refuse', refusal: 'ended' };"),
  ),

  rule('reuse is refused, the family lives', reuse, "return { kind: 'refuse', refusal: 'ended' }"),
  rule('reuse throws, and takes the end back', reuse, "throw new Error('reuse')"),
  rule(
    'an unknown token is refused, the family lives',
    unknown,
    unknown.replace(/return .*;/, "return { kind: 'refuse', refusal: 'ended' };"),
  ),
  rule('an unknown token throws', unknown, unknown.replace(/return .*;/, "throw new Error('mismatch');")),
  rule(
    'a newer token than storage has is believed',
    isCurrent,
    `presented.generation > family.generation || (${isCurrent})`,
  ),
  rule('an end is not final', "if (family.endedAt !== null) return { kind: 'refuse', refusal: 'ended' };"),

  rule('the idle expiry is ignored', idle),
  rule('the idle expiry is a millisecond late', idle, idle.replace('>=', '>')),
  rule('the idle expiry does not slide', slides, 'idleExpiresAt = family.idleExpiresAt'),
  rule('the absolute expiry is ignored', absolute),
  rule('the absolute expiry is a millisecond late', absolute, absolute.replace('>=', '>')),
  rule('a successor outlives the absolute expiry', slides, 'idleExpiresAt = now + policy.idleMilliseconds'),
  rule('there is no expiry at all', "if (expired) return { kind: 'end', ...expired };"),

  rule(
    'a rotation keeps its generation',
    'generation: family.generation + 1',
    'generation: family.generation',
  ),
  rule(
    'a rotation skips a generation',
    'generation: family.generation + 1',
    'generation: family.generation + 2',
  ),
  rule(
    'a rotation keeps the older hash as previous',
    'previousHash: family.currentHash',
    'previousHash: family.previousHash',
  ),
  rule(
    'a rotation keeps its hash',
    'currentHash: presented.candidate.hash',
    'currentHash: family.currentHash',
  ),
  rule('a rotation keeps its salt', 'salt: presented.candidate.salt', 'salt: family.salt'),
  rule('a rotation keeps its time', 'rotatedAt: now,'),

  transaction('a rotation is not written', 'user.families.rotate(family.familyId, decision.family, seen);'),
  transaction(
    'an end is not written',
    'user.families.end(family.familyId, decision.cause, decision.endedAt);',
  ),
  transaction(
    'an end throws after it was written',
    "return { kind: 'ended', cause: decision.cause };",
    'throw new Error(decision.cause);',
  ),
  transaction(
    'a replay extends the grace',
    "case 'replay':",
    "case 'replay':\n user.families.rotate(family.familyId, { ...family, rotatedAt: now }, family.seen);",
  ),
  transaction(
    'a replay extends the idle expiry',
    "case 'replay':",
    `case 'replay':
      user.families.rotate(family.familyId, { ...family, idleExpiresAt: Math.min(now + policy.idleMilliseconds, family.absoluteExpiresAt) }, family.seen);`,
  ),
  transaction(
    'the session is not asked',
    'if (!family.offline && family.endedAt === null) {',
    'if (false) {',
  ),
  transaction(
    'an offline family ends with its session',
    'if (!family.offline && family.endedAt === null) {',
    'if (family.endedAt === null) {',
  ),
  transaction(
    'the grace is in minutes',
    'request.policy.graceSeconds * 1000',
    'request.policy.graceSeconds * 60_000',
  ),
  transaction(
    'a first token outlives the absolute expiry',
    'Math.min(now + founding.idleSeconds * 1000, absoluteExpiresAt)',
    'now + founding.idleSeconds * 10_000',
  ),
  transaction('anybody revokes a family', '|| family.clientId !== clientId'),
  transaction(
    'a guessed token revokes a family',
    'token.generation === family.generation && !sameBytes(token.secretHash, family.currentHash)',
    'false',
  ),
  session('a sign-out leaves the families alive', 'user.families.endOfSession(sessionId, cause, endedAt);'),
  session(
    'a sign-out everywhere leaves the offline families alive',
    'user.families.endAll(cause, now, keepSessionId);',
  ),

  platform('success is answered, then stored', isLost, `this.#open();\n${isLost}`),
  platform(
    'success is answered though the commit was lost',
    isLost,
    `${isLost}\nstorage.lose();\nthis.#open();`,
  ),
  platform('success is answered and never stored', commits),
  worker(
    'the key before is not tried',
    'for (const key of ring.all) {',
    'for (const key of [ring.current]) {',
  ),
  worker(
    'a replay is answered with the candidate',
    ': replayedSuccessor(count, ring, token.secret, answer.salt, answer.hash);',
    ': successor;',
  ),
  worker('tags are not checked', 'if (!ring.all.some((key) => key.id === token.tag)) {', 'if (false) {'),
];
