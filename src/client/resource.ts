import type { Session } from './session.ts';

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

/**
 * A `fetch` that sends the session's access token to the resources, and nowhere else. After a 401 it asks for a new
 * token and tries once more.
 */
export const resourceFetch =
  (resources: readonly string[], session: Pick<Session, 'tokens' | 'accessToken'>) =>
  async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (!isCovered(request.url, resources)) return fetch(request);
    const send = (token: string) => {
      // A copy: its body can be read once, and there may be a second try.
      const copy = request.clone();
      copy.headers.set('Authorization', `Bearer ${token}`);
      return fetch(copy);
    };
    const token = await session.accessToken(false);
    const response = await send(token);
    if (response.status !== 401) return response;
    let renewed: string;
    try {
      // Another caller may have renewed it meanwhile.
      renewed = await session.accessToken(session.tokens()?.accessToken === token);
    } catch {
      // No new token: the answer stands. Of a session that ended, the listeners have heard.
      return response;
    }
    return send(renewed);
  };
