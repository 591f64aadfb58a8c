import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { root } from '../../src/cli/wrangler.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type Answer, jsonOf, locationOf, type Sent, send } from './http.ts';
import { nodeOrigin, type Seen, seenByWorker, workerOrigin } from './raw-origin.ts';

export const issuer = 'https://auth.bypass.test';
const callback = 'https://client.test/callback';

/** What came back on one connection. */
export interface Exchange {
  /** Of every answer, in order. Empty: the server hung up, or waits for more. */
  statuses: number[];
  text: string;
}

const QUIET_MILLISECONDS = 60;
const PATIENCE_MILLISECONDS = 1_500;

/** Whether one answer is there to its end. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)\r$/im.exec(text.slice(0, Math.max(end, 0) + 2))?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

/** Writes bytes that no HTTP client would, and reads until the server hangs up or has said all that it has to say. */
export function exchange(url: string, bytes: string): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  // Where something may be hidden there may be more answers.
  const isOne = bytes.split(' HTTP/').length === 2;
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      const lines = text.matchAll(/HTTP\/1\.[01] (\d{3}) /g);
      resolve({ statuses: [...lines].map(([, status]) => Number(status)), text });
    };
    let timer = setTimeout(done, PATIENCE_MILLISECONDS);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      clearTimeout(timer);
      if (isOne && isWhole(text)) done();
      else timer = setTimeout(done, QUIET_MILLISECONDS);
    });
    socket.on('error', done).on('close', done);
  });
}

const navigation = {
  Accept: 'text/html',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'none',
};

/** Somebody with a browser that knows several hosts, all of them at one address. */
class Visitor {
  readonly #address: string;
  /** By host, then by name. */
  readonly cookies = new Map<string, Map<string, string>>();

  constructor(address: string) {
    this.#address = address;
  }

  async send(url: string, { headers, ...sent }: Sent = {}): Promise<Answer> {
    const { host, pathname, search } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    const Cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const own = { ...headers, Host: host, ...(Cookie && { Cookie }) };
    const answer = await send(this.#address + pathname + search, { ...sent, headers: own });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Opens an address and goes where it leads, until a page is shown or it leads to an app. */
  async open(url: string): Promise<URL> {
    const answer = await this.send(url, { headers: navigation });
    if (answer.status < 300 || answer.status >= 400) return new URL(url);
    const next = new URL(locationOf({ ...answer, url }));
    return next.hostname.endsWith('bypass.test') ? this.open(next.href) : next;
  }

  async form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    return this.send(issuer + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: issuer, ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Of one host, as they would be sent. */
  cookie(host: string, name: string): string {
    const value = this.cookies.get(host)?.get(name);
    if (value === undefined) throw new Error(`no cookie ${name} of ${host}`);
    return value;
  }
}

/** A key of a client's, for proofs (RFC 9449). */
async function proofKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    proof: (htm: string, htu: string, claims: Record<string, unknown> = {}) =>
      new SignJWT({ jti: randomUUID(), htm, htu, iat: Math.floor(Date.now() / 1000), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .sign(privateKey),
  };
}

/** What an ordinary person has, and may try to make more of. */
export interface Belongings {
  sub: string;
  email: string;
  /** Values of the cookies of one host. */
  gateCookie: string;
  signInCookie: string;
  /** The gate's cookie of the other host, and the issuer's own. */
  otherHostsCookie: string;
  issuerCookie: string;
  /** What was good until its person signed out. */
  endedCookie: string;
  endedToken: string;
  /** Access tokens, by the first segment of the route's path. */
  tokens: Record<'strict' | 'within' | 'token' | 'scope' | 'withoutScope' | 'opaque' | 'otherHosts', string>;
  idToken: string;
  refreshToken: string;
  /** For `/token`, with a key, and a proof of somebody else's. */
  boundToken: string;
  strangersProof: string;
  /** A client's own, for `/machines` and for `/token`. */
  machine: { machines: string; token: string };
  /** When the token of `/within` is over, in milliseconds since the epoch. */
  expiresAt: number;
  keys: { keys: JWK[] };
}

export interface Ground {
  runtime: Runtime;
  send(bytes: string): Promise<Exchange>;
  /** What the two origins have seen since the last time. */
  seen(): Promise<Seen>;
  /** Of somebody new. */
  belongings(host: string): Promise<Belongings>;
  stop(): Promise<void>;
}

export const hosts = ['node.bypass.test', 'worker.bypass.test'] as const;
export const originSecret = randomBytes(16).toString('hex');

/** test/workers/guarded.ts in workerd, with a server and a Worker behind it that keep every byte. */
export async function startGround(): Promise<Ground> {
  const node = await nodeOrigin();
  const runtime = await startIssuer({
    worker: join(root, 'test/workers/guarded.ts'),
    workers: [workerOrigin],
    services: { WORKER_ORIGIN: workerOrigin.name },
    bindings: {
      PORTCULLIS_ENVIRONMENT: 'production',
      PORTCULLIS_ISSUER: issuer,
      PORTCULLIS_SECRET: randomBytes(32).toString('base64'),
      NODE_ORIGIN: node.url,
      ORIGIN_SECRET: originSecret,
    },
  });

  async function signedUp(): Promise<{ visitor: Visitor; email: string }> {
    const visitor = new Visitor(runtime.url);
    const email = `ada.${randomBytes(6).toString('hex')}@bypass.test`;
    const answer = await visitor.form('/signup', { name: 'Ada', email, password: 'correct horse battery' });
    if (answer.status >= 400) throw new Error(`no account: ${answer.status} ${answer.text}`);
    return { visitor, email };
  }

  /** The answer of the token endpoint to somebody who is signed in. */
  async function granted(
    visitor: Visitor,
    resource: string,
    { clientId = 'app', scope = 'openid offline_access notes:read', key = undefined as unknown } = {},
  ): Promise<Record<string, string>> {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: callback,
      scope,
      resource,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const back = await visitor.open(`${issuer}/oauth/authorize?${query}`);
    const form = {
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: callback,
      code: back.searchParams.get('code') ?? '',
      code_verifier: verifier,
    };
    const proving = key as Awaited<ReturnType<typeof proofKey>> | undefined;
    const post = async (nonce?: string) =>
      visitor.form('/oauth/token', form, {
        ...(proving && { DPoP: await proving.proof('POST', `${issuer}/oauth/token`, { nonce }) }),
      });
    const first = await post();
    const nonce = first.headers.get('DPoP-Nonce');
    const answer = first.status === 400 && nonce ? await post(nonce) : first;
    if (answer.status !== 200) throw new Error(`no tokens for ${resource}: ${back} ${answer.text}`);
    return jsonOf(answer) as Record<string, string>;
  }

  async function machineToken(resource: string): Promise<string> {
    const Authorization = `Basic ${Buffer.from(`nightly:${clientSecret}`).toString('base64')}`;
    const form = { grant_type: 'client_credentials', resource, scope: 'notes:read' };
    const answer = await new Visitor(runtime.url).form('/oauth/token', form, { Authorization });
    if (answer.status !== 200) throw new Error(`no token for a machine: ${answer.text}`);
    return String(jsonOf(answer).access_token);
  }

  async function belongings(host: string): Promise<Belongings> {
    const other = hosts.find((one) => one !== host) ?? host;
    const at = (place: string, on = host) => `https://${on}/${place}`;
    const { visitor, email } = await signedUp();
    const ended = await signedUp();
    for (const one of [visitor, ended.visitor]) await one.open(at('strict/hello'));
    await visitor.open(at('strict/hello', other));
    const endedCookie = ended.visitor.cookie(host, '__Host-portcullis-gate');
    const endedToken = (await granted(ended.visitor, at('strict'))).access_token ?? '';
    await ended.visitor.form('/account/sign-out-everywhere', {}, { 'Sec-Fetch-Site': 'same-origin' });

    const started = await new Visitor(runtime.url).send(at('strict/'), { headers: navigation });
    const signIn = started.headers.getSetCookie().find((line) => line.includes('gate-sign-in.'));
    const [main, within, token, withoutScope, opaque, otherHosts] = await Promise.all([
      granted(visitor, at('strict')),
      granted(visitor, at('within')),
      granted(visitor, at('token')),
      granted(visitor, at('scope'), { scope: 'openid' }),
      granted(visitor, 'https://opaque.bypass.test/'),
      granted(visitor, at('strict', other)),
    ]);
    const key = await proofKey();
    const bound = await granted(visitor, at('token'), { clientId: 'bound', key });
    const { sub } = JSON.parse(
      Buffer.from(main.access_token?.split('.')[1] ?? '', 'base64url').toString(),
    ) as { sub: string };
    const set = await visitor.send(`${issuer}/.well-known/jwks.json`);
    return {
      sub,
      email,
      gateCookie: visitor.cookie(host, '__Host-portcullis-gate'),
      otherHostsCookie: visitor.cookie(other, '__Host-portcullis-gate'),
      issuerCookie: visitor.cookie(new URL(issuer).host, '__Host-portcullis-session'),
      signInCookie: /=([^;]*)/.exec(signIn ?? '')?.[1] ?? '',
      endedCookie,
      endedToken,
      tokens: {
        strict: main.access_token ?? '',
        within: within.access_token ?? '',
        token: token.access_token ?? '',
        scope: (await granted(visitor, at('scope'))).access_token ?? '',
        withoutScope: withoutScope.access_token ?? '',
        opaque: opaque.access_token ?? '',
        otherHosts: otherHosts.access_token ?? '',
      },
      idToken: main.id_token ?? '',
      refreshToken: main.refresh_token ?? '',
      boundToken: bound.access_token ?? '',
      strangersProof: await (await proofKey()).proof('GET', at('token/'), {
        ath: createHash('sha256')
          .update(bound.access_token ?? '')
          .digest('base64url'),
      }),
      machine: { machines: await machineToken(at('machines')), token: await machineToken(at('token')) },
      expiresAt: Date.now() + 31_000,
      keys: jsonOf(set) as unknown as { keys: JWK[] },
    };
  }

  return {
    runtime,
    send: (bytes) => exchange(runtime.url, bytes),
    async seen() {
      const [one, other] = [await node.seen(), await seenByWorker(runtime.urls)];
      return {
        bytes: one.bytes + other.bytes,
        heads: `${one.heads}\n${other.heads}`,
        requests: one.requests + other.requests,
      };
    },
    belongings,
    async stop() {
      await runtime.stop();
      await node.stop();
    },
  };
}
