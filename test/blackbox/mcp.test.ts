import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { auth, type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { locationOf } from './http.ts';
import { Person } from './person.ts';

// The MCP SDK as its users have it: a client that knows nothing but the address of an MCP server, a server that knows
// nothing of tokens, and the gate between them.

const callback = 'http://localhost:33418/callback';

/** What an application gives to the SDK: it keeps what it is told, and opens the browser. */
class Application implements OAuthClientProvider {
  readonly redirectUrl = callback;
  readonly clientMetadata: OAuthClientMetadata;
  information: OAuthClientInformationMixed | undefined;
  held: OAuthTokens | undefined;
  opened: URL | undefined;
  /** What the issuer answered to the registration; the SDK keeps only what it needs. */
  registered: { registration_client_uri?: string; registration_access_token?: string } = {};
  #codeVerifier = '';

  constructor(metadata: Partial<OAuthClientMetadata> = {}) {
    this.clientMetadata = {
      client_name: 'An MCP client',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    };
  }

  clientInformation = () => this.information;
  saveClientInformation = (information: OAuthClientInformationMixed) => {
    this.information = information;
  };
  tokens = () => this.held;
  saveTokens = (tokens: OAuthTokens) => {
    this.held = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.opened = url;
  };
  saveCodeVerifier = (codeVerifier: string) => {
    this.#codeVerifier = codeVerifier;
  };
  codeVerifier = () => this.#codeVerifier;
  invalidateCredentials = (scope: string) => {
    if (scope === 'all') this.information = undefined;
    this.held = undefined;
  };

  fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if (String(url).endsWith('/oauth/register')) this.registered = await response.clone().json();
    return response;
  };
}

/** An MCP server with one tool: it says who the gate says is there. */
function startMcpServer(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const assertion = request.headers['portcullis-assertion'];
    const mcp = new McpServer({ name: 'tools', version: '1.0.0' });
    mcp.registerTool('who', { description: 'Who is there' }, async () => {
      const { sub, client_id, scope } = decodeJwt(String(assertion));
      return { content: [{ type: 'text', text: JSON.stringify({ sub, client_id, scope }) }] };
    });
    const transport = new StreamableHTTPServerTransport({
      enableJsonResponse: true,
    });
    response.once('close', () => void mcp.close());
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
    await transport.handleRequest(request, response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

let origin: Server;
let runtime: Runtime;
beforeAll(async () => {
  origin = await startMcpServer();
  runtime = await startIssuer({
    worker: join(root, 'test/issuer/mcp.ts'),
    bindings: { MCP_ORIGIN: urlOf(origin) },
  });
});
afterAll(async () => {
  await runtime?.stop();
  origin?.closeAllConnections();
  origin?.close();
});

const serverUrl = () => `${runtime.url}/mcp`;
const transportOf = (application: Application) =>
  new StreamableHTTPClientTransport(new URL(serverUrl()), {
    authProvider: application,
    fetch: application.fetch,
  });

/** Connects and uses the tool. @throws UnauthorizedError when a person must be asked first */
async function use(application: Application): Promise<Record<string, string>> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transportOf(application) as Parameters<typeof client.connect>[0]);
  const { content } = await client.callTool({ name: 'who' });
  await client.close();
  return JSON.parse((content as [{ text: string }])[0].text);
}

/** What a signed-in person does in the browser that the application opened: allows it. */
async function allow({ opened }: Application, { browser }: Person): Promise<string> {
  let answer = await browser.send(opened?.href ?? '', { headers: { Accept: 'text/html' } });
  for (let steps = 0; steps < 5 && !answer.headers.get('Location')?.startsWith(callback); steps += 1) {
    if (answer.status === 200) {
      browser.page = answer;
      const { url, body, ...sent } = browser.filled('/consent');
      const form = new URLSearchParams(String(body));
      form.set('decision', 'allow');
      answer = await browser.send(url, { ...sent, body: form.toString() });
    } else {
      answer = await browser.send(locationOf(answer), { headers: { Accept: 'text/html' } });
    }
  }
  return new URL(locationOf(answer)).searchParams.get('code') ?? '';
}

/** Somebody with an account and a session. */
async function somebody(): Promise<Person> {
  const person = new Person(runtime.url);
  await person.signUp();
  return person;
}

/** The whole way: refused, registered if need be, allowed, let in. */
async function authorise(application: Application, person: Person): Promise<Record<string, string>> {
  await expect(use(application)).rejects.toThrow(UnauthorizedError);
  await transportOf(application).finishAuth(await allow(application, person));
  return use(application);
}

describe('a client of the MCP SDK', () => {
  test('finds its way from a refusal to the tool: discovery, registration, consent, tokens', async () => {
    const application = new Application();
    const who = await authorise(application, await somebody());
    expect(application.information).toMatchObject({
      client_id: expect.stringMatching(/^pc_cl_/),
      scope: 'mcp:use',
    });
    expect(who).toEqual({
      sub: expect.any(String),
      client_id: application.information?.client_id,
      scope: 'mcp:use',
    });
  });

  test('refreshes by itself when its token is refused, again and again', async () => {
    const application = new Application();
    const who = await authorise(application, await somebody());
    for (let generation = 1; generation <= 3; generation += 1) {
      const before = application.held;
      application.held = { ...before, access_token: 'expired', token_type: 'Bearer' };
      expect(await use(application)).toEqual(who);
      expect(application.held?.refresh_token).not.toBe(before?.refresh_token);
    }
    expect(await auth(application, { serverUrl: serverUrl() })).toBe('AUTHORIZED');
  });

  test('keeps a secret, if it would rather, and sends it either way', async () => {
    for (const method of ['client_secret_basic', 'client_secret_post', undefined] as const) {
      const application = new Application({ token_endpoint_auth_method: method });
      await authorise(application, await somebody());
      expect(application.information).toMatchObject({ client_secret: expect.stringMatching(/^pc_cs_/) });
    }
  });

  test('asks the person anew when the session has ended', async () => {
    const application = new Application();
    const person = await somebody();
    await authorise(application, person);
    await person.browser.open(`${runtime.url}/account`);
    await person.browser.submit('/account/sign-out-everywhere');
    await expect(use(application)).rejects.toThrow(UnauthorizedError);
  });

  test('registers anew when its registration was removed', async () => {
    const application = new Application();
    await authorise(application, await somebody());
    const before = application.information?.client_id;
    const { registration_client_uri: uri = '', registration_access_token: token } = application.registered;
    const removed = await fetch(uri, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    expect(removed.status).toBe(204);
    application.held = { ...application.held, access_token: 'expired', token_type: 'Bearer' };
    await expect(use(application)).rejects.toThrow(UnauthorizedError);
    expect(application.information?.client_id).toMatch(/^pc_cl_/);
    expect(application.information?.client_id).not.toBe(before);
  });

  test('is known by the address of its document, without a registration', async () => {
    let asked = 0;
    const site = createServer((request, response) => {
      asked += 1;
      response.setHeader('Content-Type', 'application/json');
      response.end(
        JSON.stringify({
          client_id: `http://localhost:${(site.address() as AddressInfo).port}${request.url}`,
          client_name: 'A client with a site',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
        }),
      );
    });
    await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve));
    try {
      const application = new Application();
      const clientId = `http://localhost:${(site.address() as AddressInfo).port}/client.json`;
      application.information = { client_id: clientId };
      expect(await authorise(application, await somebody())).toMatchObject({
        client_id: clientId,
      });
      expect(await auth(application, { serverUrl: serverUrl() })).toBe('AUTHORIZED');
      // Kept between the steps.
      expect(asked).toBe(1);
    } finally {
      site.closeAllConnections();
      site.close();
    }
  });
});
