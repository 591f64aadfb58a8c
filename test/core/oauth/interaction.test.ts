import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../../src/core/oauth/authorization-request.ts';
import { interactionFor, type Progress } from '../../../src/core/oauth/interaction.ts';

const now = 1_800_000_000;
const present = { userId: 'ada', email: 'ada@example.com', authTime: now - 100, amr: ['pwd'] };
const multi = 'urn:portcullis:acr:mfa';

const request = (changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest => ({
  clientId: 'client',
  redirectUri: 'https://client.test/callback',
  responseMode: 'query',
  state: undefined,
  scope: ['openid'],
  resource: [],
  nonce: undefined,
  codeChallenge: '',
  prompt: [],
  maxAgeSeconds: undefined,
  loginHint: undefined,
  subject: undefined,
  acr: undefined,
  claims: undefined,
  dpopJkt: undefined,
  pushed: undefined,
  ...changes,
});

/** What happens to the person: the kind, or the error. */
function outcome(
  changes: Partial<AuthorizationRequest>,
  progress: Progress = 'arrived',
  who: typeof present | undefined = present,
) {
  const interaction = interactionFor(request(changes), who, progress, now);
  return interaction.kind === 'refused' ? interaction.error : interaction.kind;
}

/** The same with prompt none: the error that the client is told instead. */
const unseen = (changes: Partial<AuthorizationRequest>, who: typeof present | undefined = present) =>
  outcome({ ...changes, prompt: ['none'] }, 'arrived', who);

describe('nobody signed in', () => {
  it('signs in', () => {
    expect(interactionFor(request(), undefined, 'arrived', now).kind).toBe('sign_in');
  });

  it('is login_required with prompt none', () => {
    const interaction = interactionFor(request({ prompt: ['none'] }), undefined, 'arrived', now);
    expect(interaction).toMatchObject({ error: 'login_required' });
  });
});

describe('somebody signed in', () => {
  it('goes on', () => {
    expect(outcome({})).toBe('none');
    expect(unseen({})).toBe('none');
  });

  it.each([
    ['prompt login', { prompt: ['login'] as const }],
    ['a max_age that has passed', { maxAgeSeconds: 99 }],
    ['max_age 0, however young the sign-in', { maxAgeSeconds: 0 }],
    ['another person asked for', { subject: 'bob' }],
    ['a stronger sign-in preferred', { acr: { values: [multi], essential: false } }],
    ['a stronger sign-in needed', { acr: { values: [multi], essential: true } }],
  ])('signs in again for %s', (_, changes) => {
    expect(outcome(changes)).toBe('sign_in');
    expect(outcome(changes, 'chosen'), 'choosing the account is no sign-in').toBe('sign_in');
  });

  it('goes on within max_age', () => {
    expect(outcome({ maxAgeSeconds: 100 })).toBe('none');
    expect(
      interactionFor(request({ maxAgeSeconds: 0 }), { ...present, authTime: now }, 'arrived', now).kind,
    ).toBe('sign_in');
  });

  it.each([
    ['prompt select_account', { prompt: ['select_account'] as const }],
    ['somebody else’s email as login_hint', { loginHint: 'bob@example.com' }],
  ])('chooses an account for %s', (_, changes) => {
    expect(outcome(changes)).toBe('select_account');
    expect(outcome(changes, 'chosen')).toBe('none');
    expect(outcome(changes, 'signed_in')).toBe('none');
  });

  it.each([
    ['their own email', { loginHint: ' ADA@example.com ' }],
    ['no email', { loginHint: 'ada' }],
    [
      'somebody else’s, while an ID token says that they are meant',
      { loginHint: 'bob@example.com', subject: 'ada' },
    ],
  ])('is not asked for a login_hint that is %s', (_, changes) => {
    expect(outcome(changes)).toBe('none');
  });

  it('signs in rather than chooses when both are asked for', () => {
    expect(outcome({ prompt: ['login', 'select_account'] })).toBe('sign_in');
  });
});

describe('with prompt none', () => {
  it.each([
    ['login_required', { maxAgeSeconds: 99 }],
    ['login_required', { subject: 'bob' }],
    ['login_required', { maxAgeSeconds: 99, acr: { values: [multi], essential: true } }],
    ['account_selection_required', { loginHint: 'bob@example.com' }],
    ['interaction_required', { acr: { values: [multi], essential: true } }],
    ['none', { acr: { values: [multi], essential: false } }],
  ])('the client is told %s for %j', (error, changes) => {
    expect(unseen(changes)).toBe(error);
  });
});

describe('somebody who has just signed in for the request', () => {
  it.each([
    ['prompt login', { prompt: ['login'] as const }],
    ['max_age 0', { maxAgeSeconds: 0 }],
    ['a stronger sign-in preferred, which they cannot give', { acr: { values: [multi], essential: false } }],
  ])('goes on: %s', (_, changes) => {
    expect(outcome(changes, 'signed_in')).toBe('none');
  });

  it('as another person than was asked for is refused', () => {
    expect(outcome({ subject: 'bob' }, 'signed_in')).toBe('login_required');
  });

  it('less strongly than is essential is refused', () => {
    expect(outcome({ acr: { values: [multi], essential: true } }, 'signed_in')).toBe(
      'unmet_authentication_requirements',
    );
  });
});
