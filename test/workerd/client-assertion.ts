import { importJWK, type JWTPayload, SignJWT } from 'jose';
import { clientPrivateKey } from '../issuer/credentials.ts';
import { issuer, randomText } from './person.ts';

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

interface Changes {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: object;
}

/** An assertion as RFC 7523 has it; a claim or header that is changed to undefined is left out. */
export async function clientAssertion(clientId: string, { claims, header, key }: Changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: clientId,
    sub: clientId,
    aud: issuer,
    exp: now + 60,
    iat: now,
    jti: randomText(),
    ...claims,
  } as JWTPayload;
  const jwk = key ?? clientPrivateKey;
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', kid: 'client-key', typ: 'JWT', ...header })
    .sign(await importJWK(jwk, 'ES256'));
}

/** The parameters that show who `clientId` is. */
export const assertionParameters = async (clientId: string, changes: Changes = {}) => ({
  client_assertion_type: assertionType,
  client_assertion: await clientAssertion(clientId, changes),
});
