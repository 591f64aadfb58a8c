import type { Mutant } from './load.ts';

const plan = 'src/core/keyring/plan.ts';
const ring = 'src/core/keyring/ring.ts';
const timing = 'src/core/keyring/timing.ts';
const copy = 'src/core/keyring/copy.ts';
const policy = 'src/keys/policy.ts';

/** Changes that the simulated years must notice. */
export const keyringMutants: readonly Mutant[] = [
  {
    name: 'a new key signs without the margin',
    file: plan,
    find: 'next.publishedAt + policy.propagation, ends, now',
    replace: 'next.publishedAt, ends, now',
  },
  {
    name: 'the margin is counted from when the key was made',
    file: plan,
    find: 'next.publishedAt + policy.propagation, ends, now',
    replace: 'next.createdAt + policy.propagation, ends, now',
  },
  {
    name: 'a new key signs before KV has it',
    file: plan,
    find: 'if (next.publishedAt === null) return null;',
    replace: 'if (next.publishedAt === null) return now;',
  },
  {
    name: 'a next key signs whatever its time',
    file: ring,
    find: "key.state === 'next' && key.activeFrom !== null && key.activeFrom <= now",
    replace: "key.state === 'next'",
  },
  {
    name: 'a retired key goes before its last token',
    file: plan,
    find: 'key.publishedAt + Math.max(key.tokenLifetime, policy.tokenLifetime) + policy.propagation',
    replace: 'key.publishedAt + policy.propagation',
  },
  {
    name: 'a retired key goes without the margin',
    file: plan,
    find: 'key.publishedAt + Math.max(key.tokenLifetime, policy.tokenLifetime) + policy.propagation',
    replace: 'key.publishedAt + Math.max(key.tokenLifetime, policy.tokenLifetime)',
  },
  {
    name: 'the time of a retired key is counted from its end, not from when KV knew of it',
    file: plan,
    find: 'key.publishedAt + Math.max(key.tokenLifetime, policy.tokenLifetime) + policy.propagation',
    replace: '(key.endsAt ?? 0) + Math.max(key.tokenLifetime, policy.tokenLifetime) + policy.propagation',
  },
  {
    name: 'a key keeps the acknowledgement of the state it had before',
    file: plan,
    find: '  publishedAt: null,\n  tokenLifetime: Math.max(key.tokenLifetime',
    replace: '  tokenLifetime: Math.max(key.tokenLifetime',
  },
  {
    name: 'a revoked key stays',
    file: plan,
    find: '.filter((key) => key !== leaked)',
    replace: '',
  },
  {
    name: "the margin forgets the verifiers' own caches",
    file: timing,
    find: '  VERIFIER_SECONDS +\n',
    replace: '',
  },
  {
    name: 'the margin forgets the HTTP caches',
    file: timing,
    find: '  JWKS_MAXIMUM_AGE_SECONDS +\n',
    replace: '',
  },
  { name: 'the margin forgets KV', file: timing, find: '  KV_SECONDS +\n', replace: '' },
  {
    name: 'an isolate goes on with an old ring',
    file: copy,
    find: 'Math.min(asOf + ISOLATE_SECONDS * 1000, copy.staleAt)',
    replace: 'copy.staleAt',
  },
  {
    name: 'a snapshot in KV is good for ever',
    file: copy,
    find: 'Math.min(asOf + ISOLATE_SECONDS * 1000, copy.staleAt)',
    replace: 'asOf + ISOLATE_SECONDS * 1000',
  },
  {
    name: 'an algorithm of which a key once leaked signs at once when it comes back',
    file: plan,
    find: 'ring.orphaned.includes(alg)',
    replace: 'ring.revoked.some((key) => key.alg === alg)',
  },
  {
    name: 'an algorithm that comes later signs at once',
    file: plan,
    find: 'ring.version === 1 && ring.keys.length === 0',
    replace: 'own.length === 0',
  },
  {
    name: 'a key of an algorithm that is wanted no more goes without waiting',
    file: plan,
    find: "if (key.state !== 'retired' || key.publishedAt === null) return Number.POSITIVE_INFINITY;",
    replace:
      "if (!policy.algorithms.includes(key.alg)) return 0;\n  if (key.state !== 'retired' || key.publishedAt === null) return Number.POSITIVE_INFINITY;",
  },
  {
    name: 'tokens live longer than the policy says',
    file: policy,
    find: 'MAXIMUM_TOKEN_SECONDS * 1000',
    replace: '3_600_000',
  },
];
