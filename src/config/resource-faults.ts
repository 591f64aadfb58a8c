import { personalClaims } from '../core/account/claims.ts';
import type { Config } from './schema.ts';

/** Rules about resources that span several fields. Each answers with the fault, or nothing. */
export function* resourceFaults({ issuer, resources, clients, keys }: Config): Generator<string> {
  const seen = new Set<string>();
  for (const [index, { resource, ...token }] of resources.entries()) {
    const place = `resources[${index}]`;
    if (seen.has(resource)) yield `${place}.resource: ${resource} stands there twice`;
    seen.add(resource);
    if (resource === issuer)
      yield `${place}.resource: must not be the issuer itself, which is UserInfo's audience`;
    const { accessTokenFormat, accessTokenSigningAlg } = token;
    if (accessTokenFormat === 'jwt' && !keys.algorithms.includes(accessTokenSigningAlg)) {
      yield `${place}.accessTokenSigningAlg: ${accessTokenSigningAlg} is none of keys.algorithms, so nothing could be signed with it`;
    }
    for (const name of token.claims) {
      if (!personalClaims.includes(name)) {
        yield `${place}.claims: "${name}" is no claim of a profile; there are ${personalClaims.join(', ')}`;
      }
    }
  }
  for (const [index, { introspects, tokenExchange }] of clients.entries()) {
    if (introspects.includes(issuer)) yield `clients[${index}].introspects: must not hold the issuer itself`;
    if (tokenExchange?.resources.includes(issuer)) {
      yield `clients[${index}].tokenExchange: must not hold the issuer itself, which is UserInfo's audience`;
    }
  }
}
