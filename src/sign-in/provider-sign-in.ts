import type { Context } from 'hono';
import { base64url, randomBytes } from '../crypto/bytes.ts';
import type { Dependencies } from '../dependencies.ts';
import type { UpstreamAbout, UpstreamRequest } from '../federation/upstream.ts';
import { sealedCookies } from '../middleware/sealed-cookies.ts';
import type { Flow } from './flow.ts';

// A sign-in with a provider on its way there and back.

/** For how long somebody may be away at the provider. */
const LIFETIME_SECONDS = 10 * 60;
/** What a provider posted waits for the next request of the same browser. */
const ANSWER_LIFETIME_SECONDS = 2 * 60;

interface Begun {
  provider: string;
  responseMode: UpstreamAbout['responseMode'];
  state: string;
  nonce: string;
  codeVerifier: string;
  /** Where the sign-in leads. */
  flowId: string | undefined;
  /** The invitation that the person came with, if any. */
  invite: string | undefined;
  /** The session whose person connects the provider to their account, see `sessionName`; undefined for a sign-in. */
  connectTo: string | undefined;
  /** The provider was asked to let the person sign in anew. */
  again: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const signIns = sealedCookies<Begun>(
  {
    prefix: 'portcullis-provider.',
    purpose: 'seal-provider-sign-in',
    lifetimeSeconds: LIFETIME_SECONDS,
    maximum: 3,
  },
  // A form that another site posts brings no other cookies. Browsers take a Secure one from localhost as well.
  ({ responseMode }) => (responseMode === 'form_post' ? { sameSite: 'None', secure: true } : {}),
);

/** What a provider posted: the parameters of its authorization response that anybody reads. */
interface Answer {
  parameters: Record<string, string>;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

const answers = sealedCookies<Answer>({
  prefix: 'portcullis-provider-answer.',
  purpose: 'seal-provider-answer',
  lifetimeSeconds: ANSWER_LIFETIME_SECONDS,
  maximum: 3,
});

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

/** Names the cookie of a sign-in: the beginning of its state. */
const idOf = (state: string | undefined): string => (state ?? '').slice(0, 11);

/** Where a provider sends people back to: each to a place of its own, so that none can answer for another (RFC 9700 §4.4.2). */
export const callbackUri = (issuer: string, provider: string): string =>
  `${issuer}/signin/provider/${provider}/callback`;

/** Whether the provider is asked to let the person sign in anew: where a session that it has would prove nothing. */
export const asksAnew = (flowId: string | undefined, flow: Flow | undefined): boolean =>
  flowId?.startsWith('to-') === true ||
  flow?.request.prompt.includes('login') === true ||
  flow?.request.maxAgeSeconds !== undefined;

/**
 * Begins a sign-in and keeps it in this browser. Answers with the address at the provider.
 * @throws ProviderUnavailable
 */
export async function beginProviderSignIn(
  c: Context,
  dependencies: Dependencies,
  { name: provider, responseMode }: UpstreamAbout,
  way: {
    flowId?: string | undefined;
    invite?: string | undefined;
    connectTo?: string | undefined;
    again: boolean;
  },
): Promise<string> {
  const random = () => base64url.encode(randomBytes(32));
  const begun: Begun = {
    provider,
    responseMode,
    state: random(),
    nonce: random(),
    codeVerifier: random(),
    flowId: way.flowId,
    invite: way.invite,
    connectTo: way.connectTo,
    again: way.again,
    startedAt: Date.now(),
  };
  const upstream = await dependencies.upstreams.open(provider);
  const address = await upstream.authorizationUrl(requestOf(dependencies, begun));
  await signIns.keep(c, dependencies, idOf(begun.state), begun);
  return address;
}

const requestOf = (
  { config }: Needs,
  { provider, state, nonce, codeVerifier, again, startedAt }: Begun,
): UpstreamRequest => ({
  redirectUri: callbackUri(config.issuer, provider),
  state,
  nonce,
  codeVerifier,
  again,
  startedAt,
});

/** What of a posted authorization response is read, and how much of it at the most. What is longer is not there. */
const posted: Record<string, number> = { code: 1500, state: 100, iss: 255, error: 100, user: 600 };

/**
 * A provider posted its answer: it is kept for the next request, which comes with all cookies of this browser.
 * @returns the id that the request has to name; undefined where this browser began no such sign-in.
 */
export async function keepPostedAnswer(
  c: Context,
  needs: Needs,
  provider: string,
  parameters: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const begun = await beginningOf(c, needs, provider, parameters.get('state'));
  if (begun?.responseMode !== 'form_post') return undefined;
  const kept = [...parameters].filter(([name, value]) => value.length <= (posted[name] ?? 0));
  const id = idOf(begun.state);
  await answers.keep(c, needs, id, { parameters: Object.fromEntries(kept), startedAt: Date.now() });
  return id;
}

async function beginningOf(
  c: Context,
  needs: Needs,
  provider: string,
  state: string | undefined,
): Promise<Begun | undefined> {
  const begun = await signIns.read(c, needs, idOf(state));
  // The state stands in addresses, and is no secret of anybody's but this browser's: a plain comparison will do.
  return begun?.state === state && begun?.provider === provider ? begun : undefined;
}

/** An authorization response that this browser waits for. */
export interface Arrived {
  parameters: URLSearchParams;
  request: UpstreamRequest;
  flowId: string | undefined;
  invite: string | undefined;
  connectTo: string | undefined;
}

/**
 * The authorization response in a request, once. Undefined for one that this browser does not wait for: it began nothing, or
 * with another provider, or too long ago, or it was here already.
 */
export async function arrived(
  c: Context,
  dependencies: Dependencies,
  provider: string,
): Promise<Arrived | undefined> {
  let parameters = new URL(c.req.url).searchParams;
  const answerId = parameters.get('answer') ?? undefined;
  const answer = await answers.read(c, dependencies, answerId);
  if (answer) parameters = new URLSearchParams(answer.parameters);
  const begun = await beginningOf(c, dependencies, provider, parameters.get('state') ?? undefined);
  if (!begun || (begun.responseMode === 'form_post') !== (answer !== undefined)) return undefined;
  const id = idOf(begun.state);
  signIns.end(c, dependencies, id);
  if (answer) answers.end(c, dependencies, id);
  // A browser can be made to send its cookie again; what was marked stays used. An object for each: nobody shares it.
  const expiresAt = begun.startedAt + LIFETIME_SECONDS * 1000;
  if (!(await dependencies.replays.firstUse(`provider sign-in ${begun.state}`, 'callback', expiresAt)))
    return undefined;
  return {
    parameters,
    request: requestOf(dependencies, begun),
    flowId: begun.flowId,
    invite: begun.invite,
    connectTo: begun.connectTo,
  };
}
