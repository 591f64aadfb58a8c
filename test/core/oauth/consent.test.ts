import { describe, expect, it } from 'vitest';
import { type Asked, agreedTo, consentRule, newlyAsked } from '../../../src/core/oauth/consent.ts';

const asked = (scope: string, resource: string[] = [], userinfo: string[] = []): Asked => ({
  scope: scope.split(' '),
  resource,
  claims: { idToken: [], userinfo },
});
const [api, notes] = ['https://api.test/', 'https://notes.test/'];

describe('whether a person is asked', () => {
  const website = { prompt: [], redirectUri: 'https://client.test/callback' };
  const stranger = { firstParty: false, tokenEndpointAuthMethod: 'none' };

  it.each([
    ['not by one of our own', { ...stranger, firstParty: true }, website, 'never'],
    [
      'by our own too when it wants to',
      { ...stranger, firstParty: true },
      { ...website, prompt: ['login', 'consent'] },
      'always',
    ],
    ['once by a website', stranger, website, 'when_new'],
    ['every time with prompt consent', stranger, { ...website, prompt: ['consent'] }, 'always'],
    [
      'every time by a public app on the device: a loopback port',
      stranger,
      { ...website, redirectUri: 'http://127.0.0.1:5000/' },
      'always',
    ],
    [
      'every time by a public app on the device: a scheme of its own',
      stranger,
      { ...website, redirectUri: 'com.example.app:/callback' },
      'always',
    ],
    [
      'once by an app on the device that proves who it is',
      { ...stranger, tokenEndpointAuthMethod: 'private_key_jwt' },
      { ...website, redirectUri: 'http://127.0.0.1:5000/' },
      'when_new',
    ],
  ] as const)('%s', (_, client, request, rule) => {
    expect(consentRule(client, request)).toBe(rule);
  });
});

describe('what is new in a request', () => {
  it('is all of it to somebody who was never asked', () => {
    expect(newlyAsked(asked('openid email api:read', [api]), undefined)).toEqual({
      scopes: [
        { resource: '', scope: ['openid', 'email'] },
        { resource: api, scope: ['api:read'] },
      ],
      claims: [],
    });
  });

  it('is nothing once it was agreed to, nor is any part of it', () => {
    const agreed = agreedTo(asked('openid email api:read', [api, notes], ['phone_number']), undefined);
    for (const again of [
      asked('openid email api:read', [api, notes], ['phone_number']),
      asked('openid', []),
      asked('email', [notes]),
      asked('api:read', [api]),
    ]) {
      expect(newlyAsked(again, agreed)).toBeUndefined();
    }
  });

  it('is the scope that was not asked for before, and no other', () => {
    const agreed = agreedTo(asked('openid api:read', [api]), undefined);
    expect(newlyAsked(asked('openid offline_access api:read api:write', [api]), agreed)).toEqual({
      scopes: [
        { resource: '', scope: ['offline_access'] },
        { resource: api, scope: ['api:write'] },
      ],
      claims: [],
    });
  });

  it('is a known scope at another resource, even after both were agreed to apart', () => {
    const agreed = agreedTo(asked('write', [notes]), agreedTo(asked('read', [api]), undefined));
    expect(newlyAsked(asked('read', [notes]), agreed)?.scopes).toEqual([
      { resource: notes, scope: ['read'] },
    ]);
    expect(newlyAsked(asked('read'), agreed)?.scopes).toEqual([{ resource: '', scope: ['read'] }]);
  });

  it('is another resource, even without a scope of its own', () => {
    const agreed = agreedTo(asked('openid', [api]), undefined);
    expect(newlyAsked(asked('openid', [notes]), agreed)?.scopes).toEqual([{ resource: notes, scope: [] }]);
  });

  it('is no claim that a scope brings, that was agreed to, or that says nothing of the person', () => {
    const claims = ['email', 'given_name', 'acr', 'auth_time', 'constructor'];
    expect(newlyAsked(asked('openid email', [], claims), undefined)?.claims).toEqual(['given_name']);
    const agreed = agreedTo(asked('openid email', [], claims), undefined);
    expect(newlyAsked(asked('openid', [], claims), agreed)).toBeUndefined();
    expect(newlyAsked(asked('openid', [], ['birthdate']), agreed)?.claims).toEqual(['birthdate']);
  });

  it('counts the claims of the ID token like those of UserInfo, each once', () => {
    const both = { ...asked('openid'), claims: { idToken: ['picture'], userinfo: ['picture', 'locale'] } };
    expect(newlyAsked(both, undefined)?.claims).toEqual(['picture', 'locale']);
  });

  it('is not taken from what every object has', () => {
    const agreed = agreedTo(asked('openid', [], []), undefined);
    expect(newlyAsked(asked('constructor __proto__'), agreed)?.scopes).toEqual([
      { resource: '', scope: ['constructor', '__proto__'] },
    ]);
  });
});

it('an agreement grows and keeps what it had', () => {
  const first = agreedTo(asked('openid read', [api], ['picture']), undefined);
  const second = agreedTo(asked('openid phone write', [notes], ['locale']), first);
  expect(second).toEqual({
    scopes: [
      { resource: '', scope: ['openid', 'phone'] },
      { resource: api, scope: ['read'] },
      { resource: notes, scope: ['write'] },
    ],
    claims: ['picture', 'locale'],
  });
});
