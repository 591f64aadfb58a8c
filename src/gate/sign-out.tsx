import type { JSX } from 'hono/jsx/jsx-runtime';
import { mayRideOnCookie } from '../core/gate/decision.ts';
import type { Target } from '../core/gate/path.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { boundedBytes, TooLong } from '../http/bounded.ts';
import { GATE_SESSION_COOKIE } from '../middleware/cookie.ts';
import { presentationFor } from '../middleware/page.tsx';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { GateSignedOutPage, GateSignOutPage } from '../pages/gate-sign-out.tsx';
import { renderPage } from '../pages/presentation.tsx';
import { circumstancesOf } from './admission/circumstances.ts';
import type { GateCookies } from './cookies.ts';
import type { GateDependencies } from './gate.ts';
import type { Identity, SessionHandle, SignOutScope } from './identity/identity.ts';
import { gateResponse, type Refusal, sameOriginOnly } from './refusal.tsx';
import type { createSession } from './session.ts';

export const SIGN_OUT_PATH = '/.portcullis/sign-out';
/** Goes on to the provider of a session that has just ended here. */
export const FINISH_PATH = '/.portcullis/sign-out/finish';
export const SIGNED_OUT_PATH = '/.portcullis/signed-out';

/** The handle of an ended session, until its browser has been at the provider. */
const FINISH_COOKIE = 'portcullis-gate-sign-out';
const FINISH_SECONDS = 5 * 60;
/** A form with room for what an application may add to its forms. */
const MAXIMUM_FORM_BYTES = 4096;

const malformed = (description: string): Refusal => ({ code: 'invalid_request', description });

/** A program, whatever else it takes: browsers' own forms never ask for it. */
const wantsJson = (accept: string | null): boolean =>
  /(?:^|,)\s*application\/json\s*(?:[;,]|$)/i.test(accept ?? '');

/** Whether every session of the person is meant, by the form or the query. */
async function isMeantEverywhere(request: Request, query: string): Promise<boolean | Refusal> {
  const type = request.headers.get('Content-Type');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type ?? '');
  // It might say `everywhere`, and would not be read.
  if (type && !isForm) return malformed('A body must be a form, application/x-www-form-urlencoded.');
  let form: string;
  try {
    form = isForm ? new TextDecoder().decode(await boundedBytes(request.body, MAXIMUM_FORM_BYTES)) : '';
  } catch (error) {
    if (error instanceof TooLong) return malformed('The form is too long.');
    throw error;
  }
  const [everywhere = 'false', ...more] = [query, form].flatMap((encoded) =>
    new URLSearchParams(encoded).getAll('everywhere'),
  );
  // Whoever means everything must not be told that it worked when less has ended.
  return more.length === 0 && /^(?:true|false)$/.test(everywhere)
    ? everywhere === 'true'
    : malformed('everywhere must be true or false, and there only once.');
}

/** Signs browsers out. */
export function createSignOut(
  { config, secrets }: Pick<GateDependencies, 'config' | 'secrets'>,
  {
    identity,
    cookies,
    session,
    readHandle,
    publicOrigin,
  }: {
    identity: Identity;
    cookies: GateCookies;
    session: Pick<ReturnType<typeof createSession>, 'current'>;
    readHandle: (headers: Headers, host: string) => Promise<SessionHandle | undefined>;
    publicOrigin: (host: string) => string;
  },
) {
  const cleared = (name: string): [string, string] => ['Set-Cookie', cookies.write(name, '', 0)];

  /** Ends every session of the person; undefined when that is done. */
  async function endEverything(
    headers: Headers,
    handle: SessionHandle | undefined,
    host: string,
    scope: SignOutScope,
  ): Promise<Refusal | undefined> {
    if (!identity.endEverything)
      return malformed('Only the provider that people sign in at can end all of their sessions.');
    // So the operator has it: what happens at this host ends nothing elsewhere.
    if (scope === 'host') return malformed('Signing out at this host ends nothing elsewhere.');
    // A copy of a cookie whose session is over must not end those that are alive.
    const current = await session.current(headers, host);
    if ('code' in current) return current;
    if (handle) await identity.endEverything(handle);
    return undefined;
  }

  /**
   * What a program is told. The address at the provider has the ID token in it: it goes to the browser in a redirect,
   * where no script sees it.
   */
  async function told(origin: string, handle: SessionHandle | undefined, location: string | undefined) {
    const own: [string, string][] = [['Content-Type', 'application/json'], sameOriginOnly];
    if (location === undefined) return { body: {}, own };
    if (!handle) return { body: { location }, own };
    const sealed = await seal(secrets, 'seal-gate-sign-out', handle, Date.now() + FINISH_SECONDS * 1000);
    own.push(['Set-Cookie', cookies.write(FINISH_COOKIE, sealed, FINISH_SECONDS)]);
    return { body: { location: origin + FINISH_PATH }, own };
  }

  /** POST: over before the answer leaves. */
  async function signOut(
    request: Request,
    { host, query }: Target,
    scope: SignOutScope,
  ): Promise<Response | Refusal> {
    const { headers } = request;
    const origin = publicOrigin(host);
    if (!mayRideOnCookie(circumstancesOf(request), origin)) return { code: 'cross_site_request' };
    const everywhere = await isMeantEverywhere(request, query);
    if (typeof everywhere !== 'boolean') return everywhere;
    const handle = await readHandle(headers, host);
    const refused = everywhere && (await endEverything(headers, handle, host, scope));
    if (refused) return refused;
    const ended = await identity.signOut(origin, everywhere ? undefined : handle, scope);
    if (wantsJson(headers.get('Accept'))) {
      const location = ended.kind === 'to_provider' ? ended.location : undefined;
      const { body, own } = await told(origin, handle, location);
      return gateResponse(JSON.stringify(body), 200, [...own, cleared(GATE_SESSION_COOKIE)]);
    }
    return gateResponse(null, 303, [
      ['Location', ended.location ?? origin + SIGNED_OUT_PATH],
      cleared(GATE_SESSION_COOKIE),
    ]);
  }

  /** A link must not sign anybody out: only what a sign-out left in this browser leads on to the provider. */
  async function finish(headers: Headers, host: string): Promise<Response> {
    const origin = publicOrigin(host);
    const sealed = cookies.read(headers, FINISH_COOKIE);
    const handle = await unseal<SessionHandle>(secrets, 'seal-gate-sign-out', sealed, Date.now());
    const ended = handle?.host === host ? await identity.signOut(origin, handle, 'issuer') : undefined;
    return gateResponse(null, 303, [
      ['Location', ended?.location ?? origin + SIGNED_OUT_PATH],
      cleared(FINISH_COOKIE),
    ]);
  }

  /** @param formAction where the page's form leads in the end, beside the host itself */
  function pageResponse(headers: Headers, page: JSX.Element, formAction: string[] = []): Response {
    const presentation = presentationFor(config, headers.get('Accept-Language'));
    const response = gateResponse(renderPage(presentation, page), 200, [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Security-Policy', contentSecurityPolicy({ formAction })],
      ['X-Frame-Options', 'DENY'],
      ['Vary', 'Accept-Language'],
    ]);
    // Under `no-referrer` browsers without Fetch Metadata send `Origin: null` with its form.
    response.headers.set('Referrer-Policy', 'same-origin');
    return response;
  }

  /** A link must not sign anybody out: a page asks first. */
  async function ask(headers: Headers, host: string, scope: SignOutScope): Promise<Response> {
    const asking = await identity.askToSignOut(scope);
    if ('location' in asking) return gateResponse(null, 302, [['Location', asking.location]]);
    const page = <GateSignOutPage host={host} action={SIGN_OUT_PATH} />;
    return pageResponse(headers, page, asking.formAction);
  }

  const signedOut = (headers: Headers, host: string): Response =>
    pageResponse(headers, <GateSignedOutPage host={host} />);

  return { signOut, finish, ask, signedOut };
}
