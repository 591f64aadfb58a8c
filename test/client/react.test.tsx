/** @jsxImportSource react */
import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAuth as createGateAuth } from '../../src/client/gate.ts';
import { createAuth } from '../../src/client/index.ts';
import { AuthProvider, RequireSignIn, useAuth, useUser } from '../../src/client/react.tsx';

function Status() {
  const { status, user, error } = useAuth();
  return <p>{JSON.stringify([status, user ?? null, useUser() ?? null, error ?? null])}</p>;
}

const withIssuer = () =>
  createAuth({ issuer: 'https://issuer.test', clientId: 'app', redirectUri: 'https://app.test/' });

afterEach(() => vi.restoreAllMocks());

describe.each([
  ['a client of the issuer', withIssuer],
  ['a page behind the gate', createGateAuth],
])('on a server, %s', (_, create) => {
  test('is rendered as loading, and nobody is asked anything', () => {
    const asked = vi.spyOn(globalThis, 'fetch');
    const app = (
      <StrictMode>
        <AuthProvider auth={create()}>
          <Status />
        </AuthProvider>
      </StrictMode>
    );
    expect(renderToString(app)).toBe('<p>[&quot;loading&quot;,null,null,null]</p>');
    expect(asked).not.toHaveBeenCalled();
  });

  test('shows the fallbacks, and nothing that is for signed-in people', () => {
    const auth = create();
    const fallback = (
      <AuthProvider auth={auth} fallback="a moment">
        <Status />
      </AuthProvider>
    );
    expect(renderToString(fallback)).toBe('a moment');
    const required = (
      <AuthProvider auth={auth}>
        <RequireSignIn fallback="a moment">secret</RequireSignIn>
      </AuthProvider>
    );
    expect(renderToString(required)).toBe('a moment');
  });
});

test('a server renders nobody as signed in, whatever its Auth says', () => {
  // What the browser renders first must be the same, and a server knows nobody.
  const auth = { ...withIssuer(), user: () => ({ sub: 'ada' }) };
  const app = (
    <AuthProvider auth={auth}>
      <Status />
    </AuthProvider>
  );
  expect(renderToString(app)).toContain('loading');
});

test.each([
  ['useAuth', () => useAuth().status],
  ['useUser', () => useUser()?.sub],
  ['RequireSignIn', () => <RequireSignIn>secret</RequireSignIn>],
])('%s without a provider says what is missing', (_, Lonely) => {
  expect(() => renderToString(<Lonely />)).toThrow(
    'there is no AuthProvider around this component; render <AuthProvider auth={createAuth(...)}> at the top of the app',
  );
});
