import type { Client, Config } from '../config/schema.ts';
import { signInMethods } from '../config/sign-in-methods.ts';
import { acrValuesSupported } from '../core/oauth/acr.ts';
import {
  type AuthorizationRequestOutcome,
  checkAuthorizationRequest,
  type Provenance,
  type RefusedAuthorizationRequest,
  refuseAuthorization,
  type SignInOffer,
} from '../core/oauth/authorization-request.ts';
import type { AuthorizationErrorCode } from '../core/oauth/error.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';
import { readIdTokenHint } from '../keys/id-token-hint.ts';
import { openRequestObject } from './request-object.ts';

/** The parameters of an authorization request, and where it has them from. */
export interface RequestParameters {
  parameters: Parameters;
  resource: readonly string[];
  provenance: Provenance;
}

/** A pushed authorization request, as it is kept (RFC 9126). */
export interface PushedRequest {
  clientId: string;
  parameters: [name: string, value: string][];
  resource: readonly string[];
  signed: boolean;
  /** When it can be begun no more, in milliseconds since the epoch. */
  expiresAt: number;
}

const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:';

/** The address of a pushed request (RFC 9126 §2.2). */
export const requestUriOf = (id: string): string => REQUEST_URI + id;

/**
 * Assembles an authorization request (RFC 9101 §6.3): its parameters stand beside its client_id, in a request object, or
 * were pushed before.
 */
export async function assembleRequest(
  dependencies: Dependencies,
  client: Client,
  { parameters, resource }: Pick<RequestParameters, 'parameters' | 'resource'>,
): Promise<RequestParameters | RefusedAuthorizationRequest> {
  const refuse = (error: AuthorizationErrorCode, description: string) =>
    refuseAuthorization(parameters, client, error, description);
  const requestUri = parameters.get('request_uri');
  if (requestUri === undefined)
    return openRequest(dependencies, client, { parameters, resource, provenance: {} });
  // RFC 9101 §5.
  if (parameters.has('request')) return refuse('invalid_request', 'request and request_uri came together');
  // Nothing is fetched on a stranger's word.
  if (!requestUri.startsWith(REQUEST_URI)) {
    return refuse('request_uri_not_supported', 'request_uri must come from the PAR endpoint');
  }
  const id = requestUri.slice(REQUEST_URI.length);
  const pushed = await dependencies.transactions.read<PushedRequest>('pushed_request', id);
  // One answer for all: whoever found somebody's request_uri learns nothing of it (RFC 9126 §4).
  if (!pushed || pushed.clientId !== client.clientId || pushed.expiresAt <= Date.now()) {
    return refuse('invalid_request_uri', 'the request_uri is unknown, over, used, or of another client');
  }
  return {
    parameters: new Map(pushed.parameters),
    resource: pushed.resource,
    provenance: { pushed: id, signed: pushed.signed },
  };
}

/** Opens the request object, if that is how the client speaks: then nothing beside it counts (RFC 9101 §6.3). */
export async function openRequest(
  dependencies: Dependencies,
  client: Client,
  sent: RequestParameters,
): Promise<RequestParameters | RefusedAuthorizationRequest> {
  const text = sent.parameters.get('request');
  if (text === undefined) return sent;
  const opened = await openRequestObject(dependencies, client, text, Math.floor(Date.now() / 1000));
  if (opened.kind === 'refused') {
    return refuseAuthorization(sent.parameters, client, opened.error, opened.description);
  }
  const { parameters, resource } = opened;
  return { parameters, resource, provenance: { ...sent.provenance, signed: true } };
}

/** What sign-ins there are, and whether the operator wants a second factor for this client. */
const offerOf = (config: Config, { clientId }: Client): SignInOffer => ({
  acrValues: acrValuesSupported(signInMethods(config)),
  secondFactorRequired:
    config.secondFactor.policy !== 'off' && config.secondFactor.clients.includes(clientId),
});

/** Validates an assembled request (RFC 6749 §4.1.1, RFC 9101 §6.3). */
export async function validateRequest(
  dependencies: Dependencies,
  client: Client,
  { parameters, resource, provenance }: RequestParameters,
): Promise<AuthorizationRequestOutcome> {
  const outcome = checkAuthorizationRequest(
    parameters,
    resource,
    client,
    offerOf(dependencies.config, client),
    provenance,
  );
  const text = parameters.get('id_token_hint');
  if (outcome.kind !== 'valid' || text === undefined) return outcome;
  const { request } = outcome;
  const refuse = (error: AuthorizationErrorCode, description: string) =>
    refuseAuthorization(parameters, client, error, description);
  const hint = await readIdTokenHint(dependencies, text);
  if (hint.kind === 'unverifiable') {
    // Too old to say who is meant. With prompt none an answer about the wrong person would go unseen.
    return request.prompt.includes('none')
      ? refuse('login_required', 'the key of id_token_hint is gone: the person must sign in')
      : outcome;
  }
  if (hint.kind === 'foreign' || !hint.audience.includes(client.clientId)) {
    return refuse('invalid_request', 'id_token_hint is no ID token that was issued to the client here');
  }
  if (request.subject !== undefined && request.subject !== hint.userId) {
    return refuse('invalid_request', 'id_token_hint and claims name two people');
  }
  return { kind: 'valid', request: { ...request, subject: hint.userId } };
}
