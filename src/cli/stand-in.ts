import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { people, type StandInPerson } from './provider-people.ts';

/** The client that Portcullis is at the stand-in: a public one, on any port of this machine. */
export const STAND_IN_CLIENT = 'portcullis';
const CHOICE = /^\/choose\/([\w-]+)$/;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (uid: string, choice: readonly StandInPerson[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Who are you?</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 10vh auto; padding: 0 1rem }
  button { display: block; width: 100%; font: inherit; text-align: start; padding: .75rem 1rem; margin-block-end: .5rem }
  small { display: block }
</style>
<h1>Who are you?</h1>
<p>This is a stand-in for a provider. It believes whatever you say.</p>
<form method="post" action="/choose/${escaped(uid)}">
${choice
  .map(
    ({ sub, name, email, email_verified }) =>
      `<button name="sub" value="${escaped(sub)}">${escaped(String(name))}<small>${escaped(
        email === undefined ? 'no email' : `${email}${email_verified ? '' : ', not verified'}`,
      )}</small></button>`,
  )
  .join('\n')}
<button name="sub" value="">Nobody: refuse</button>
</form>
</html>`;

async function chosen(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > 10_000) break;
  }
  return new URLSearchParams(body).get('sub') ?? '';
}

export interface StandIn extends AsyncDisposable {
  issuer: string;
}

/** An OpenID provider on this machine at which anybody is whom they choose to be. For development and tests. */
export async function startStandIn(
  port: number,
  { clients = [], more = [] }: { clients?: Record<string, unknown>[]; more?: readonly StandInPerson[] } = {},
): Promise<StandIn> {
  const everybody = [...people, ...more];
  const issuer = `http://localhost:${port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: STAND_IN_CLIENT,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost/signin/provider/local/callback'],
      },
      ...clients,
    ],
    cookies: { keys: [crypto.randomUUID()] },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
    features: { devInteractions: { enabled: false } },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    interactions: { url: (_, { uid }) => `/choose/${uid}` },
    findAccount: async (_, accountId) => {
      const person = everybody.find(({ sub }) => sub === accountId);
      return person && { accountId, claims: async () => person };
    },
    // Nobody is asked what the client may know of them.
    async loadExistingGrant({ oidc: { client, session, provider: own } }) {
      const grant = new own.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope('openid profile email offline_access');
      await grant.save();
      return grant;
    },
    ttl: { Interaction: 600, Session: 3600, Grant: 3600, IdToken: 300, AccessToken: 300 },
  });
  const answer = provider.callback();

  async function choose(uid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      const { prompt } = await provider.interactionDetails(request, response);
      // Of an app on this machine it asks every time; whoever was chosen agrees to everything.
      if (prompt.name === 'consent') {
        await provider.interactionFinished(
          request,
          response,
          { consent: {} },
          { mergeWithLastSubmission: true },
        );
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page(uid, everybody));
      return;
    }
    const sub = await chosen(request);
    const result =
      sub === ''
        ? { error: 'access_denied', error_description: 'nobody was chosen' }
        : { login: { accountId: sub } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  const server = createServer((request, response) => {
    const uid = CHOICE.exec(request.url?.split('?')[0] ?? '')?.[1];
    if (uid === undefined) {
      answer(request, response);
      return;
    }
    choose(uid, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400, { 'Content-Type': 'text/plain' });
      response.end('This sign-in is over. Go back to where you came from and begin again.\n');
    });
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
