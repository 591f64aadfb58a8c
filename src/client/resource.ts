import type { StepUpChallenge } from './auth.ts';
import type { Session } from './session.ts';
import type { Transport } from './transport/transport.ts';

/**
 * Whether the access token may go to `url`: the same origin as one of the resources and its path or below.
 * A token that is sent anywhere else is a token given away.
 */
export function isCovered(url: string, resources: readonly string[]): boolean {
  const { origin, pathname } = new URL(url);
  return resources.some((resource) => {
    const covered = new URL(resource);
    return origin === covered.origin && `${pathname}/`.startsWith(covered.pathname.replace(/\/?$/, '/'));
  });
}

/** What a resource asks for in the way of a sign-in (RFC 9470 §3), or undefined if that is not what it asks for. */
export function stepUpChallenge({ status, headers }: Response): StepUpChallenge | undefined {
  const challenge = (status === 401 && headers.get('WWW-Authenticate')) || '';
  if (!/error="?insufficient_user_authentication/.test(challenge)) return undefined;
  const maxAge = /max_age="?(\d+)/.exec(challenge)?.[1];
  return { acrValues: /acr_values="([^"]*)"/.exec(challenge)?.[1], maxAge: maxAge ? +maxAge : undefined };
}

/**
 * A `fetch` that sends the session's access token to the resources, and nowhere else. After a 401 it asks for a new
 * token and tries once more.
 * @param stepUp what happens when a stronger sign-in is asked for; its answer is that of the fetch.
 */
export const resourceFetch =
  (
    resources: readonly string[],
    session: Pick<Session, 'tokens' | 'accessToken'>,
    transport: () => Promise<Pick<Transport, 'authorize' | 'wantsAgain'>>,
    stepUp: (challenge: StepUpChallenge, response: Response) => Promise<Response>,
  ) =>
  async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (!isCovered(request.url, resources)) return fetch(request);
    const send = async (token: string): Promise<Response> => {
      const by = await transport();
      for (let again = false; ; again = true) {
        // A copy: its body can be read once, and there may be a second try.
        const copy = request.clone();
        await by.authorize(copy, token);
        const response = await fetch(copy);
        if (!by.wantsAgain?.(response) || again) return response;
      }
    };
    const token = await session.accessToken(false);
    let response = await send(token);
    if (response.status === 401 && !stepUpChallenge(response)) {
      // Another caller may have renewed it meanwhile. Without a new token the answer stands: of a session that ended, the
      // listeners have heard.
      const renewal = session.accessToken(session.tokens()?.accessToken === token);
      const renewed = await renewal.catch(() => undefined);
      if (renewed) response = await send(renewed);
    }
    const challenge = stepUpChallenge(response);
    return challenge ? stepUp(challenge, response) : response;
  };
