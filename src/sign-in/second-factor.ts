import type { Config } from '../config/schema.ts';
import { MULTI_FACTOR } from '../core/oauth/acr.ts';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import type { SecondFactorDemand } from '../middleware/session.ts';
import { isStrongFlow } from './device.ts';
import { isOwnPageFlow } from './own-page.ts';

/**
 * What the operator, and the authorization request that it is for, ask of a sign-in. On the way to a page that changes how
 * the person signs in, whoever chose to have a second factor shows it, in a trusted browser too: see `freshSession`.
 */
export function secondFactorDemand(
  { secondFactor }: Pick<Config, 'secondFactor'>,
  request: Pick<AuthorizationRequest, 'clientId' | 'acr'> | undefined,
  flowId?: string,
): SecondFactorDemand {
  const { policy, clients } = secondFactor;
  if (policy === 'off') return { rule: 'off', trustCounts: false };
  const values = request?.acr?.values ?? [];
  const asked = values.length > 0 && values.every((acr) => acr === MULTI_FACTOR || acr === 'phr');
  const strong = isStrongFlow(flowId);
  const wantsMore = asked || strong || isOwnPageFlow(flowId);
  const client = request !== undefined && clients.includes(request.clientId);
  const required = policy === 'required' || client || strong || (asked && request?.acr?.essential === true);
  const rule = required ? 'required' : asked ? 'preferred' : 'optional';
  // Trust spares a person the question; it says nothing to a client that asks for the proof.
  return { rule, trustCounts: !wantsMore && !client };
}
