import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { rpIdOf } from '../config/passkeys.ts';
import type { Config } from '../config/schema.ts';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { newRecordId, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { cookieName, cookieOptions } from '../middleware/cookie.ts';
import { preferLanguages } from '../middleware/page.tsx';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { passkeyScriptPath, strengthScriptPath } from '../pages/script/assets.ts';

// A sign-in in progress lives in a sealed cookie: nothing to store, nothing to clean up, and only the browser that
// began it can finish it.

const PREFIX = 'portcullis-sign-in.';
const LIFETIME_SECONDS = 30 * 60;
/** Tabs that may be signing in at once. More cookies could outgrow what servers accept as headers. */
const MAXIMUM_FLOWS = 3;
/** Removals in one answer: each is a header, and whoever planted hundreds of cookies must not make it too long. */
const MAXIMUM_REMOVED = 20;

export interface Flow {
  request: AuthorizationRequest;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The session whose person is asked for consent, see `sessionName`. Absent while the person must sign in first. */
  asked?: string | undefined;
}

/** Names a session among those of everybody. */
export const sessionName = ({ userId, recordId }: Token): string => `${userId}.${recordId}`;

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

const idForm = /^[A-Za-z0-9_-]{11}$/;

/** Keeps an authorization request while its person signs in, or is asked; answers with the id for the page's address. */
export async function beginFlow(
  c: Context,
  { config, secrets }: Needs,
  request: AuthorizationRequest,
  asked?: string,
): Promise<string> {
  const now = Date.now();
  const prefix = cookieName(config, PREFIX);
  const open: { name: string; startedAt: number }[] = [];
  for (const [name, value] of Object.entries(getCookie(c))) {
    if (!name.startsWith(prefix)) continue;
    const flow = await unseal<Flow>(secrets, 'seal-sign-in', value, now);
    open.push({ name, startedAt: flow?.startedAt ?? 0 });
  }
  open.sort((a, b) => b.startedAt - a.startedAt);
  for (const { name } of open.slice(MAXIMUM_FLOWS - 1, MAXIMUM_FLOWS + MAXIMUM_REMOVED))
    deleteCookie(c, name, cookieOptions(config));
  const id = newRecordId();
  const sealed = await seal(
    secrets,
    'seal-sign-in',
    { request, startedAt: now, asked } satisfies Flow,
    now + LIFETIME_SECONDS * 1000,
  );
  setCookie(c, prefix + id, sealed, { ...cookieOptions(config), maxAge: LIFETIME_SECONDS });
  return id;
}

/** The flow with this id, if this browser began it and it is not too long ago. Its pages are in its language. */
export async function readFlow(
  c: Context,
  { config, secrets }: Needs,
  id: string | undefined,
): Promise<Flow | undefined> {
  if (id === undefined || !idForm.test(id)) return undefined;
  const sealed = getCookie(c, cookieName(config, PREFIX) + id);
  const flow = await unseal<Flow>(secrets, 'seal-sign-in', sealed, Date.now());
  if (flow) preferLanguages(c, flow.request.uiLocales);
  return flow;
}

export function endFlow(c: Context, { config }: Needs, id: string): void {
  if (idForm.test(id)) deleteCookie(c, cookieName(config, PREFIX) + id, cookieOptions(config));
}

/** Lets the page's form end in a redirect to the client: browsers hold redirects to form-action as well. */
export function allowReturn(c: Context, flow: Flow | undefined): void {
  if (flow)
    c.header('Content-Security-Policy', contentSecurityPolicy({ formAction: [flow.request.redirectUri] }));
}

/** The same for a page with passkeys, which needs its script. */
export function allowPasskeys(c: Context, config: Config, flow: Flow | undefined): void {
  allow(c, flow, passkeyScripts(config));
}

/** The same for a page on which a password is chosen, and perhaps a passkey made instead. */
export function allowNewPassword(c: Context, config: Config, flow?: Flow | undefined): void {
  allow(c, flow, [...passkeyScripts(config), config.issuer + strengthScriptPath]);
}

const passkeyScripts = (config: Config): string[] =>
  rpIdOf(config) === undefined ? [] : [config.issuer + passkeyScriptPath];

function allow(c: Context, flow: Flow | undefined, scripts: readonly string[]): void {
  const formAction = flow ? [flow.request.redirectUri] : [];
  c.header('Content-Security-Policy', contentSecurityPolicy({ formAction, scripts }));
}
