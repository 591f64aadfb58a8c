import { normalEmail } from '../account/email.ts';
import { meetsAcr } from './acr.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { AuthorizationErrorCode } from './error.ts';

/** Who is signed in in a browser. */
export interface Present {
  userId: string;
  email: string;
  /** Seconds since the epoch, of the last active sign-in. */
  authTime: number;
  amr: readonly string[];
}

/** How far the person is: the request has just come; they chose the account they hold; they have just signed in for it. */
export type Progress = 'arrived' | 'chosen' | 'signed_in';

export type Interaction =
  /** The request may be granted to who is present, as far as the sign-in goes. */
  | { kind: 'none' }
  | { kind: 'sign_in' }
  | { kind: 'select_account' }
  | { kind: 'refused'; error: AuthorizationErrorCode; description: string };

const refused = (error: AuthorizationErrorCode, description: string): Interaction => ({
  kind: 'refused',
  error,
  description,
});

/** What must still happen between the person and us, were we allowed to show them a page. */
function wanted(
  request: AuthorizationRequest,
  present: Present | undefined,
  progress: Progress,
  nowSeconds: number,
): Interaction {
  if (!present) return { kind: 'sign_in' };
  const { prompt, maxAgeSeconds, acr, subject, loginHint } = request;
  const fresh = progress === 'signed_in';
  if (subject !== undefined && subject !== present.userId) {
    // OpenID Connect Core §3.1.2.2: a positive answer about somebody else must not be given.
    return fresh
      ? refused('login_required', 'another person signed in than the one that was asked for')
      : { kind: 'sign_in' };
  }
  if (!fresh) {
    const tooOld =
      maxAgeSeconds !== undefined &&
      // 0 asks for a sign-in now, however young the last one is (OpenID Connect Core §3.1.2.1).
      (maxAgeSeconds === 0 || nowSeconds - present.authTime > maxAgeSeconds);
    if (prompt.includes('login') || tooOld) return { kind: 'sign_in' };
  }
  if (!meetsAcr(acr, present.amr)) {
    if (!fresh) return { kind: 'sign_in' };
    // OpenID Connect Core §5.5.1.1: without what is essential the sign-in has failed.
    if (acr?.essential) {
      return refused('unmet_authentication_requirements', 'the sign-in is not of a kind that was asked for');
    }
  }
  if (progress !== 'arrived') return { kind: 'none' };
  // Somebody else's email as a hint: whether the client or the browser is right, only the person can tell.
  const hinted = subject === undefined && loginHint !== undefined ? normalEmail(loginHint) : undefined;
  return prompt.includes('select_account') || (hinted !== undefined && hinted !== present.email)
    ? { kind: 'select_account' }
    : { kind: 'none' };
}

/** Whether the person must sign in, or choose an account, before this request can be granted. */
export function interactionFor(
  request: AuthorizationRequest,
  present: Present | undefined,
  progress: Progress,
  nowSeconds: number,
): Interaction {
  if (!request.prompt.includes('none')) return wanted(request, present, progress, nowSeconds);
  // OpenID Connect Core §3.1.2.6: with prompt none nothing is shown, and the error says what would have been.
  const withoutAcr = wanted({ ...request, acr: undefined }, present, progress, nowSeconds);
  switch (withoutAcr.kind) {
    case 'sign_in':
      return refused('login_required', 'the person must sign in, which prompt none does not allow');
    case 'select_account':
      return refused(
        'account_selection_required',
        'the person must choose an account, which prompt none does not allow',
      );
    case 'none':
      // What is only preferred does not stand in the way.
      return request.acr?.essential && !meetsAcr(request.acr, present?.amr ?? [])
        ? refused(
            'interaction_required',
            'another kind of sign-in is needed, which prompt none does not allow',
          )
        : withoutAcr;
    case 'refused':
      return withoutAcr;
  }
}
