import type { Config } from '../config/schema.ts';
import { MULTI_FACTOR } from '../core/oauth/acr.ts';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import type { SecondFactorDemand } from '../middleware/session.ts';

/** What the operator, and the authorization request that it is for, ask of a sign-in. */
export function secondFactorDemand(
  { secondFactor }: Pick<Config, 'secondFactor'>,
  request: AuthorizationRequest | undefined,
): SecondFactorDemand {
  const { policy, clients } = secondFactor;
  if (policy === 'off') return { rule: 'off', trustCounts: false };
  const values = request?.acr?.values ?? [];
  const wantsMore = values.length > 0 && values.every((acr) => acr === MULTI_FACTOR || acr === 'phr');
  const required =
    policy === 'required' ||
    (request !== undefined && clients.includes(request.clientId)) ||
    (wantsMore && request?.acr?.essential === true);
  const rule = required ? 'required' : wantsMore ? 'preferred' : 'optional';
  return { rule, trustCounts: !wantsMore };
}
