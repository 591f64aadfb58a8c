// An origin behind the gate, in plain Node: `node examples/node-origin/server.ts`. See README.md beside it.
import { createServer, type IncomingMessage } from 'node:http';
// In a project of your own: from 'portcullis/verify'.
import { type AssertionUse, assertionVerifier, publicUrl } from '../../src/verify/index.ts';

/** Who signs assertions, and where browsers find the gate. */
const { PORTCULLIS_ISSUER: issuer = 'http://localhost:8787', GATE = issuer, PORT = '3000' } = process.env;

const used = new Map<string, number>();

/** Each assertion for a payment is good once. With several processes, keep this in a store that they share. */
function firstUse({ id, expiresAt }: AssertionUse): boolean {
  for (const [old, until] of used) if (until < Date.now()) used.delete(old);
  const isFirst = !used.has(id);
  used.set(id, expiresAt);
  return isFirst;
}

// Each `resource` is an audience of its own, by default one for each path: what was signed for one is refused at the other.
const aboutCaller = assertionVerifier({ issuer, audience: `${GATE}/node/account` });
const aboutRequest = assertionVerifier({
  issuer,
  audience: `${GATE}/node/payments`,
  request: true,
  firstUse,
});

/** Whoever reaches this server without the gate has no assertion, or one that is for something else. */
function verify(request: IncomingMessage, path: string) {
  const { 'portcullis-assertion': assertion } = request.headers as Record<string, string | undefined>;
  if (path === '/node/account') return aboutCaller(assertion);
  return aboutRequest(assertion, { method: request.method ?? '', url: publicUrl(request) });
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  const [path = ''] = (request.url ?? '').split('?');
  if (path !== '/node/account' && path !== '/node/payments') return answer(404, { error: 'not_found' });

  const verified = await verify(request, path);
  if (!verified.ok) return answer(verified.code === 'keys_unavailable' ? 503 : 401, { error: verified.code });
  const { sub, email, name } = verified.claims;
  return answer(200, path === '/node/account' ? { sub, email, name } : { paidBy: sub });
});

// Not for the network: the gate alone has to reach it.
server.listen(Number(PORT), '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${PORT}`));
