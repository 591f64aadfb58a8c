/**
 * A mail provider's HTTP API, after https://resend.com/docs/api-reference/emails/send-email and .../idempotency-keys:
 * path, headers, body, statuses, and one message for one key. To be put in the place of `fetch`.
 */
export function providerStandIn({ address = 'https://api.resend.com/emails', token = 're_a_secret' } = {}) {
  const sent: Record<string, unknown>[] = [];
  const byKey = new Map<string, string>();
  const calls: { redirect: string; signal: boolean }[] = [];
  /** Set to answer otherwise. */
  let instead: ((request: Request) => Promise<Response>) | undefined;
  const refused = (status: number, name: string) =>
    Response.json({ statusCode: status, name, message: `${name}: ${token}` }, { status });

  async function answer(request: Request): Promise<Response> {
    if (instead) return instead(request);
    if (request.url !== address) return refused(404, 'not_found');
    if (request.method !== 'POST') return refused(405, 'method_not_allowed');
    if (request.headers.get('Authorization') !== `Bearer ${token}`) return refused(403, 'invalid_api_key');
    const body = (await request.json()) as Record<string, unknown>;
    if (typeof body.subject !== 'string' || !body.from || !body.to)
      return refused(422, 'missing_required_field');
    const key = request.headers.get('Idempotency-Key') ?? '';
    const text = JSON.stringify(body);
    const before = byKey.get(key);
    if (before !== undefined && before !== text) return refused(409, 'invalid_idempotent_request');
    if (before === undefined) sent.push(body);
    byKey.set(key, text);
    return Response.json({ id: crypto.randomUUID() });
  }

  return {
    token,
    sent,
    calls,
    fetch: (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      calls.push({ redirect: request.redirect, signal: init?.signal instanceof AbortSignal });
      return answer(request);
    },
    answerInstead(other: typeof instead) {
      instead = other;
    },
  };
}
