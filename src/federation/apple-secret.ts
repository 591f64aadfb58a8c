import { importPKCS8, SignJWT } from 'jose';
import { ProviderUnavailable } from './provider-fetch.ts';

const LIFETIME_SECONDS = 5 * 60;

/**
 * Apple's client secret: a JWT signed with the operator's key, made anew for each exchange ("Creating a client secret" in
 * Apple's documentation). @param privateKey PKCS #8 in PEM
 */
export async function appleSecret(
  { teamId, keyId, clientId }: { teamId: string; keyId: string; clientId: string },
  privateKey: string,
  audience: string,
): Promise<string> {
  // A variable of one line writes line breaks as \n.
  const key = await importPKCS8(privateKey.replaceAll('\\n', '\n'), 'ES256').catch((error: unknown) => {
    throw new ProviderUnavailable('the private key cannot be read', { cause: error });
  });
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_SECONDS)
    .sign(key);
}
