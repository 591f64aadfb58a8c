import type { Context } from 'hono';
import { rpIdOf } from '../config/passkeys.ts';
import type { Config } from '../config/schema.ts';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import { newRecordId, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { preferLanguages } from '../middleware/page.tsx';
import { sealedCookies } from '../middleware/sealed-cookies.ts';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { passkeyScriptPath, strengthScriptPath } from '../pages/script/assets.ts';

export interface Flow {
  request: AuthorizationRequest;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** The session whose person is asked for consent, see `sessionName`. Absent while the person must sign in first. */
  asked?: string | undefined;
}

const flows = sealedCookies<Flow>({
  prefix: 'portcullis-sign-in.',
  purpose: 'seal-sign-in',
  lifetimeSeconds: 30 * 60,
  maximum: 3,
});

/** Names a session among those of everybody. */
export const sessionName = ({ userId, recordId }: Token): string => `${userId}.${recordId}`;

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

/** Keeps an authorization request while its person signs in, or is asked; answers with the id for the page's address. */
export async function beginFlow(
  c: Context,
  needs: Needs,
  request: AuthorizationRequest,
  asked?: string,
): Promise<string> {
  const id = newRecordId();
  await flows.keep(c, needs, id, { request, startedAt: Date.now(), asked });
  return id;
}

/** The flow with this id, if this browser began it and it is not too long ago. Its pages are in its language. */
export async function readFlow(c: Context, needs: Needs, id: string | undefined): Promise<Flow | undefined> {
  const flow = await flows.read(c, needs, id);
  if (flow) preferLanguages(c, flow.request.uiLocales);
  return flow;
}

export const endFlow = (c: Context, needs: Needs, id: string): void => flows.end(c, needs, id);

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
