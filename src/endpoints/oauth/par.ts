import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { checkProof, demandNonce } from '../../middleware/dpop.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';
import { openRequest, type PushedRequest, requestUriOf, validateRequest } from '../../sign-in/request.ts';
import { TRANSACTION_ID_LENGTH } from '../../transaction/transactions.ts';

/** RFC 9126 §2.2 recommends short: the person is sent on at once, and what they do then takes its own time. */
const PUSHED_SECONDS = 90;
/** A request that was begun in time can be granted for as long as a sign-in may take, and a little longer. */
const KEPT_MILLISECONDS = 45 * 60 * 1000;

/** What proves who the client is, and is no part of its request. */
const credentials = new Set(['client_secret', 'client_assertion', 'client_assertion_type']);

/** POST /oauth/par: RFC 9126. A client says beforehand, and proves, what it will ask for. */
export const pushedAuthorizationRequest = (dependencies: Dependencies) => async (c: Context) => {
  const { transactions } = dependencies;
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const unanswered = await demandNonce(c, dependencies);
  if (unanswered) return unanswered;
  const client = await authenticateClient(c, dependencies, parsed.parameters);
  if (client instanceof Response) return client;
  const refuse = (error: Parameters<typeof oauthError>[1]['error'], description: string) =>
    oauthError(c, { error, description });
  const parameters = new Map([...parsed.parameters].filter(([name]) => !credentials.has(name)));
  // RFC 9126 §2.1.
  if (parameters.has('request_uri')) return refuse('invalid_request', 'request_uri cannot be pushed');
  const proved = await checkProof(c, dependencies);
  if (proved instanceof Response) return proved;

  const opened = await openRequest(dependencies, client, {
    parameters,
    resource: parsed.resource,
    // Kept under an id that it does not have yet, and that counts for its length: what is taken here is taken there.
    provenance: { pushed: '-'.repeat(TRANSACTION_ID_LENGTH) },
  });
  if ('kind' in opened) return refuse(opened.error, opened.description);
  const asked = new Map(opened.parameters).set('client_id', client.clientId);
  // RFC 9449 §10.1: the proof binds the code as dpop_jkt would, and must not contradict it.
  if (proved.jkt !== undefined) {
    if ((asked.get('dpop_jkt') ?? proved.jkt) !== proved.jkt) {
      return refuse('invalid_dpop_proof', 'dpop_jkt names another key than the proof');
    }
    asked.set('dpop_jkt', proved.jkt);
  }
  const outcome = await validateRequest(dependencies, client, { ...opened, parameters: asked });
  if (outcome.kind !== 'valid') return refuse(outcome.error, outcome.description);

  const now = Date.now();
  const pushed: PushedRequest = {
    clientId: client.clientId,
    parameters: [...asked],
    resource: opened.resource,
    signed: opened.provenance.signed ?? false,
    expiresAt: now + PUSHED_SECONDS * 1000,
  };
  const id = await transactions.begin('pushed_request', pushed, now + KEPT_MILLISECONDS);
  c.header('Cache-Control', 'no-store');
  return c.json({ request_uri: requestUriOf(id), expires_in: PUSHED_SECONDS }, 201);
};
