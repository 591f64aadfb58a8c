import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { eventReceivers, isSigned, type Message } from './event-receivers.ts';
import { Person } from './person.ts';

// A real receiver on this machine is told of what happens to a person, whatever became of it meanwhile.

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const partnerToken = randomBytes(24).toString('base64url');
const receivers = eventReceivers();
const late = eventReceivers();
let runtime: Runtime;
let person: Person;
let sessionId: string;
let userId: string;
let latePort: number;

const inTime = { timeout: 45_000, interval: 100 };
const eventsIn = (messages: readonly Message[]) =>
  messages.map(
    ({ body }) => JSON.parse(body) as { type: string; data: { userId: string; sequence: number } },
  );
const takenAt = (path: string, from = receivers) => eventsIn(from.at(path).filter(({ taken }) => taken));
const tokens = () => receivers.at('/events').map(({ body }) => decodeJwt(body));
const tokensOf = (name: string) =>
  tokens().filter(
    ({ events }) => `https://schemas.openid.net/secevent/caep/event-type/${name}` in Object(events),
  );

beforeAll(async () => {
  const port = await freePort();
  latePort = await freePort();
  await receivers.listen(port);
  const names = ['WELL', 'FAILING', 'HANGING', 'CRASHING', 'LATE', 'PICKY'];
  runtime = await startIssuer({
    worker: join(root, 'test/workers/alerts.ts'),
    bindings: {
      RECEIVERS: `http://127.0.0.1:${port}`,
      LATE_RECEIVER: `http://127.0.0.1:${latePort}`,
      PORTCULLIS_SECURITY_EVENTS_PARTNER_TOKEN: partnerToken,
      ...Object.fromEntries(names.map((name) => [`PORTCULLIS_WEBHOOK_${name}_SECRET`, secret])),
    },
  });
  person = new Person(runtime.url);
  await person.signUp();
  const { idToken } = await person.tokens();
  const claims = decodeJwt(idToken);
  sessionId = String(claims.sid);
  userId = String(claims.sub);
});
afterAll(async () => {
  receivers.close();
  late.close();
  await runtime?.stop();
});

describe('what happens to a person', () => {
  it('is told to whoever is there, signed, in order', async () => {
    await vi.waitFor(() => expect(takenAt('/well').length).toBeGreaterThanOrEqual(2), inTime);
    const told = takenAt('/well');
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['user_created', 'session_opened']));
    expect(told.map(({ data }) => data.sequence)).toEqual(told.map((_, index) => index + 1));
    expect(told.every(({ data }) => data.userId === userId)).toBe(true);
    expect(receivers.at('/well').every((message) => isSigned(secret, message))).toBe(true);
    const [first] = receivers.at('/well');
    expect(
      first && isSigned(secret, { ...first, body: first.body.replace('user_created', 'user_crested') }),
    ).toBe(false);
  });

  it('is told of its own kind alone to whoever asked for that', async () => {
    await vi.waitFor(() => expect(takenAt('/picky').length).toBeGreaterThanOrEqual(1), inTime);
    expect(new Set(takenAt('/picky').map(({ type }) => type))).toEqual(new Set(['session_opened']));
  });

  it.each(['/failing', '/crashing', '/hanging'])(
    'reaches a receiver that is in trouble at first: %s',
    async (path) => {
      const all = takenAt('/well').length;
      await vi.waitFor(() => expect(takenAt(path).length).toBeGreaterThanOrEqual(all), inTime);
      // Nothing is lost, nothing is out of order, and what came twice has the same id and says the same.
      const sequences = takenAt(path).map(({ data }) => data.sequence);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      const [first, second] = receivers.at(path);
      expect(first?.taken).toBe(false);
      expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
      expect(second?.body).toBe(first?.body);
      expect(receivers.at(path).every((message) => isSigned(secret, message))).toBe(true);
    },
  );

  it('reaches a receiver that nobody could reach until now', async () => {
    await late.listen(latePort);
    const all = takenAt('/well').length;
    await vi.waitFor(() => expect(takenAt('/late', late).length).toBeGreaterThanOrEqual(all), inTime);
    const sequences = takenAt('/late', late).map(({ data }) => data.sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  it('is told to other systems as a change of a credential when it is one, and the kept session stays', async () => {
    await person.browser.open(`${runtime.url}/account/password`);
    const answer = await person.browser.submit('/account/password', {
      current_password: person.password,
      new_password: `another horse ${randomBytes(8).toString('hex')}`,
    });
    expect(answer.status).toBe(200);
    await vi.waitFor(() => expect(tokensOf('credential-change')).toHaveLength(1), inTime);
    const [token] = tokensOf('credential-change');
    expect(token?.events).toMatchObject({
      'https://schemas.openid.net/secevent/caep/event-type/credential-change': {
        credential_type: 'password',
        change_type: 'update',
        initiating_entity: 'user',
      },
    });
    expect(tokensOf('session-revoked')).toEqual([]);
  });

  it('is told to other systems as the end of the session when the person signs out', async () => {
    await person.browser.open(`${runtime.url}/oauth/logout`);
    await person.browser.submit('/oauth/logout');
    await vi.waitFor(() => expect(tokensOf('session-revoked')).toHaveLength(1), inTime);
    const message = receivers.at('/events').at(-1);
    expect(message?.headers).toMatchObject({
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      authorization: `Bearer ${partnerToken}`,
    });
    const keys = createRemoteJWKSet(new URL(`${runtime.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(message?.body ?? '', keys, {
      issuer: runtime.url,
      audience: 'https://partner.example',
      typ: 'secevent+jwt',
      algorithms: ['RS256'],
    });
    expect(payload.sub_id).toEqual({
      format: 'complex',
      user: { format: 'iss_sub', iss: runtime.url, sub: userId },
      session: { format: 'opaque', id: sessionId },
    });
    expect(new Set(tokens().map(({ jti }) => jti)).size).toBe(tokens().length);
  });

  it('holds no secret, and the log says nothing of where it went', () => {
    const said = [...receivers.messages, ...late.messages].map(({ body }) => body).join('\n');
    for (const hidden of [person.password, secret, ...person.browser.cookies.values()])
      expect(said).not.toContain(hidden);
    for (const hidden of [secret, partnerToken, '127.0.0.1']) expect(runtime.logs()).not.toContain(hidden);
    expect(runtime.logs()).toContain('user.delivery_failed');
  });
});
