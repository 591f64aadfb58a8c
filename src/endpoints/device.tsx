import type { Context } from 'hono';
import { documentHost } from '../clients/documents.ts';
import { agreedTo } from '../core/oauth/consent.ts';
import { normalUserCode, shownUserCode } from '../core/oauth/device.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { currentSession, type SignedIn } from '../middleware/session.ts';
import { inWords } from '../pages/agreement.tsx';
import { DeviceCodePage, DeviceConfirmPage, DeviceDonePage } from '../pages/device.tsx';
import { deviceFlow } from '../sign-in/device.ts';
import { locked } from '../sign-in/password.ts';
import type { Fault } from '../texts/fault.ts';

/**
 * How many user codes one person may ask about. A code lives ten minutes, so that at most twenty guesses fall into its
 * life: of 20^8 codes they find a given one with a chance of 2^-30 (RFC 8628 §5.1).
 */
export const USER_CODE_ATTEMPTS = {
  maximumAttempts: 10,
  attemptWindowSeconds: 60 * 60,
  // No success forgives any of them, so that time has to.
  forgottenAfterSeconds: 60 * 60,
};
const USER_CODE_DOOR = 'device_user_code';

const GONE: Fault = { code: 'user_code_unknown' };

/** Signs the person in first: only people who can be counted may try codes. */
const signInFirst = (c: Context, userCode: string | undefined) =>
  c.redirect(`/signin?flow=${deviceFlow(userCode)}`, 303);

const codePage = (
  c: Context,
  { config }: Dependencies,
  shown: { userCode?: string | undefined; fault?: Fault },
  status: 200 | 400 | 429 = 200,
) => showPage(c, config, <DeviceCodePage {...shown} />, status);

/** The same for the second factor that the operator wants for a client, where this session was opened without. */
const secondFactorFirst = (
  c: Context,
  { config: { secondFactor } }: Dependencies,
  { session }: SignedIn,
  clientId: string,
  userCode: string,
): Response | undefined =>
  secondFactor.policy !== 'off' && secondFactor.clients.includes(clientId) && !session.amr.includes('mfa')
    ? c.redirect(`/signin?flow=${deviceFlow(userCode, true)}`, 303)
    : undefined;

/** GET /device: RFC 8628 §3.3. A link that brings the code fills it in and does nothing else: the person goes on. */
export const showDevice = (dependencies: Dependencies) => async (c: Context) => {
  const userCode = normalUserCode(c.req.query('user_code') ?? '');
  if (!(await currentSession(c, dependencies))) return signInFirst(c, userCode);
  return codePage(c, dependencies, { userCode: userCode && shownUserCode(userCode) });
};

/** POST /device: a code, or what the person decided about the device that shows it. */
export const connectDevice = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const typed = parameters.get('user_code') ?? '';
  const userCode = normalUserCode(typed);
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return signInFirst(c, userCode);
  if (userCode === undefined) {
    const fault: Fault = { code: 'user_code_malformed' };
    return codePage(c, dependencies, { userCode: typed.slice(0, 64), fault }, 400);
  }
  // Whoever is signed in here by now does not answer for the person who was asked.
  const asked = parameters.get('account') === signedIn.token.userId;
  const decision = asked ? parameters.get('decision') : undefined;
  if (decision === 'allow') return allow(c, dependencies, signedIn, userCode, parameters);
  if (decision === 'deny') return deny(c, dependencies, userCode, parameters);
  return confirm(c, dependencies, signedIn, userCode);
};

async function confirm(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  userCode: string,
): Promise<Response> {
  const { clients, config, devices, users } = dependencies;
  const { token, session } = signedIn;
  const shown = shownUserCode(userCode);
  // Counted before anything is looked up, found or not: what a code of one's own forgave would be guesses for free.
  const attempt = await users.beginPasswordAttempt(token.userId, USER_CODE_DOOR, USER_CODE_ATTEMPTS);
  if (attempt.kind === 'locked') {
    c.header('Retry-After', String(attempt.retryAfterSeconds));
    const fault = locked(attempt.retryAfterSeconds);
    return codePage(c, dependencies, { userCode: shown, fault }, 429);
  }
  const device = await devices.find(userCode, token.userId);
  const client = device && (await clients.find(device.clientId));
  if (!client) return codePage(c, dependencies, { userCode: shown, fault: GONE }, 400);
  const first = secondFactorFirst(c, dependencies, signedIn, client.clientId, userCode);
  if (first) return first;
  return showPage(
    c,
    config,
    <DeviceConfirmPage
      client={{
        name: client.clientName,
        documentHost: documentHost(client),
        firstParty: client.firstParty,
      }}
      person={session.profile}
      userCode={shown}
      authorizationId={device.authorizationId}
      place={device.place}
      asked={inWords(agreedTo(device, undefined), config.resources)}
    />,
  );
}

/** Not counted: who does not know the authorization's random id, which the page brought, is told nothing. */
async function allow(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  userCode: string,
  parameters: Parameters,
): Promise<Response> {
  const { clients, config, devices, users } = dependencies;
  const { token } = signedIn;
  const gone = () => codePage(c, dependencies, { userCode: shownUserCode(userCode), fault: GONE }, 400);
  const device = await devices.find(userCode, token.userId);
  if (!device || device.authorizationId !== parameters.get('authorization')) return gone();
  const { authorizationId, secretHash, clientId, scope, resource, expiresAt } = device;
  const client = await clients.find(clientId);
  if (!client) return gone();
  const first = secondFactorFirst(c, dependencies, signedIn, clientId, userCode);
  if (first) return first;
  // First the code, then the word to the device: a device that is told "approved" finds its code there.
  const granted = await users.approveDevice(token, {
    codeId: authorizationId,
    secretHash,
    clientId,
    redirectUri: '',
    codeChallenge: '',
    scope,
    resource,
    nonce: undefined,
    lifetimeSeconds: Math.ceil((expiresAt - Date.now()) / 1000),
    consent: client.firstParty ? 'not_needed' : 'given',
  });
  if (granted.kind !== 'live') return signInFirst(c, userCode);
  const approved = await devices.decide(userCode, authorizationId, {
    kind: 'approved',
    userId: token.userId,
  });
  return approved ? showPage(c, config, <DeviceDonePage allowed />) : gone();
}

async function deny(
  c: Context,
  dependencies: Dependencies,
  userCode: string,
  parameters: Parameters,
): Promise<Response> {
  const { config, devices } = dependencies;
  const authorizationId = parameters.get('authorization') ?? '';
  const denied = await devices.decide(userCode, authorizationId, { kind: 'denied' });
  return denied
    ? showPage(c, config, <DeviceDonePage allowed={false} />)
    : codePage(c, dependencies, { userCode: shownUserCode(userCode), fault: GONE }, 400);
}
