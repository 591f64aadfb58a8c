import { encodeCBOR } from '@levischuck/tiny-cbor';
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { describe, expect, it } from 'vitest';
import { readAssertion, readRegistration } from '../../src/passkeys/response.ts';
import { type Expected, verifyAssertion, verifyRegistration } from '../../src/passkeys/verify.ts';
import {
  type Algorithm,
  Authenticator,
  type Changes,
  concat,
  decode,
  der,
  encode,
  FLAG,
} from './authenticator.ts';

const origin = 'https://auth.example';
const rpId = 'auth.example';
const challenge = encode(new Uint8Array(36).fill(7));
const creation = JSON.stringify({ challenge, rp: { id: rpId }, user: { id: encode(new Uint8Array(16)) } });
const request = JSON.stringify({ challenge, rpId });
const expected: Expected = { origin, rpId, userVerification: true };
const all = FLAG.present | FLAG.verified;

async function judgeRegistration(text: string, wanted = expected): Promise<string> {
  const response = readRegistration(text);
  if (!response) return 'malformed';
  const verified = await verifyRegistration(response, wanted);
  return verified.kind === 'refused' ? verified.fault : verified.kind;
}

/** The same, by the library that the field uses: any error of its is a refusal. */
async function libraryJudgesRegistration(text: string): Promise<boolean> {
  try {
    const { verified } = await verifyRegistrationResponse({
      response: JSON.parse(text) as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      supportedAlgorithmIDs: [-7, -8, -257],
    });
    return verified;
  } catch {
    return false;
  }
}

async function registered(authenticator: Authenticator) {
  const response = readRegistration(await authenticator.create(creation));
  const verified = response && (await verifyRegistration(response, expected));
  if (verified?.kind !== 'registered') throw new Error('an honest registration was refused');
  return verified;
}

async function judgeAssertion(
  authenticator: Authenticator,
  text: string,
  wanted = expected,
): Promise<string> {
  const { publicKey } = await registered(authenticator);
  const response = readAssertion(text);
  if (!response) return 'malformed';
  const verified = await verifyAssertion(response, publicKey, wanted);
  return verified.kind === 'refused' ? verified.fault : verified.kind;
}

async function libraryJudgesAssertion(authenticator: Authenticator, text: string): Promise<boolean> {
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: JSON.parse(text) as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      credential: {
        id: authenticator.credentialId,
        publicKey: Uint8Array.from(encodeCBOR(await authenticator.coseKey())),
        counter: 0,
      },
    });
    return verified;
  } catch {
    return false;
  }
}

describe.each<Algorithm>(['ES256', 'EdDSA', 'RS256'])('a passkey of %s', (algorithm) => {
  it('is registered and used', async () => {
    const authenticator = await Authenticator.make(origin, { algorithm });
    expect(await judgeRegistration(await authenticator.create(creation))).toBe('registered');
    expect(await libraryJudgesRegistration(await authenticator.create(creation))).toBe(true);
    const text = await authenticator.get(request);
    expect(await judgeAssertion(authenticator, text)).toBe('asserted');
    expect(await libraryJudgesAssertion(authenticator, text)).toBe(true);
  });

  it('is none of another key', async () => {
    const [one, other] = [
      await Authenticator.make(origin, { algorithm }),
      await Authenticator.make(origin, { algorithm }),
    ];
    expect(await judgeAssertion(one, await other.get(request))).toBe('wrong_signature');
  });
});

it('says of a passkey what the authenticator said', async () => {
  const synced = await registered(await Authenticator.make(origin));
  expect(synced).toMatchObject({ challenge, backupEligible: true, backedUp: true, signCount: 0 });
  const bound = await registered(
    await Authenticator.make(origin, { synced: false, signCount: 5, aaguid: new Uint8Array(16).fill(0xab) }),
  );
  expect(bound).toMatchObject({
    backupEligible: false,
    backedUp: false,
    signCount: 5,
    aaguid: 'abababab-abab-abab-abab-abababababab',
    // What a browser says of transports is a hint; what it cannot mean is left out.
    transports: ['hybrid', 'internal'],
  });
});

const ceremonies: [name: string, changes: Changes, fault: string][] = [
  ['another origin', { origin: 'https://evil.example' }, 'wrong_origin'],
  ['an origin that begins like ours', { origin: `${origin}.evil.example` }, 'wrong_origin'],
  ['our origin on another port', { origin: `${origin}:8443` }, 'wrong_origin'],
  ['our origin without TLS', { origin: 'http://auth.example' }, 'wrong_origin'],
  ['another relying party', { rpId: 'evil.example' }, 'wrong_rp_id'],
  ['a type of its own', { type: 'payment.get' }, 'wrong_type'],
  ['a page that was framed', { crossOrigin: true }, 'cross_origin'],
  ['a page at the top of another', { topOrigin: 'https://evil.example' }, 'cross_origin'],
  ['crossOrigin that is no boolean', { crossOrigin: 'no' }, 'malformed'],
  ['nobody there', { flags: FLAG.verified }, 'user_absent'],
  ['somebody who may be anybody', { flags: FLAG.present }, 'user_unverified'],
  ['a copy of what cannot be copied', { flags: all | FLAG.backedUp }, 'malformed'],
  ['bytes after the end', { trailing: Uint8Array.of(0) }, 'malformed'],
  ['extensions that are no map', { extensions: [1, 2] }, 'malformed'],
  ['no JSON', { clientDataJSON: new TextEncoder().encode('{') }, 'malformed'],
  ['JSON that is null', { clientDataJSON: new TextEncoder().encode('null') }, 'malformed'],
  ['text that is no UTF-8', { clientDataJSON: Uint8Array.of(0x7b, 0xff, 0x7d) }, 'malformed'],
  ['no authenticator data', { authenticatorData: Uint8Array.of(1) }, 'malformed'],
];

/** Stands in for flags of a registration, where the credential is part of what they say. */
const withCredential = ({ flags, ...changes }: Changes): Changes =>
  flags === undefined ? changes : { ...changes, flags: flags | FLAG.credential };

describe('a use', () => {
  it.each(ceremonies)('with %s is refused', async (_, changes, fault) => {
    const authenticator = await Authenticator.make(origin);
    const text = await authenticator.get(request, changes);
    expect(await judgeAssertion(authenticator, text)).toBe(fault);
    // Of the two only ours minds a frame whose browser does not say whose, and data that is malformed where nobody looks.
    if (fault !== 'cross_origin' && fault !== 'malformed')
      expect(await libraryJudgesAssertion(authenticator, text)).toBe(false);
  });

  it('that was made to register is refused', async () => {
    const authenticator = await Authenticator.make(origin);
    const text = await authenticator.get(request, { type: 'webauthn.create' });
    expect(await judgeAssertion(authenticator, text)).toBe('wrong_type');
  });

  it('need not be verified where it is a second factor', async () => {
    const authenticator = await Authenticator.make(origin);
    const text = await authenticator.get(request, { flags: FLAG.present });
    expect(await judgeAssertion(authenticator, text, { ...expected, userVerification: false })).toBe(
      'asserted',
    );
  });

  it('may come with extensions', async () => {
    const authenticator = await Authenticator.make(origin);
    const text = await authenticator.get(request, { extensions: new Map([['credProtect', 2]]) });
    expect(await judgeAssertion(authenticator, text)).toBe('asserted');
  });

  it('whose signed bytes were changed is refused, whichever byte it is', async () => {
    const authenticator = await Authenticator.make(origin);
    const honest = JSON.parse(await authenticator.get(request)) as AuthenticationResponseJSON;
    const judged = new Set<string>();
    for (const part of ['authenticatorData', 'signature', 'clientDataJSON'] as const) {
      const bytes = decode(honest.response[part]);
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0x01 : byte));
        const response = { ...honest.response, [part]: encode(changed) };
        const text = JSON.stringify({ ...honest, response });
        const judgement = await judgeAssertion(authenticator, text);
        judged.add(judgement);
        // Stricter than the library in places; laxer in none.
        if (judgement === 'asserted') expect(await libraryJudgesAssertion(authenticator, text)).toBe(true);
      }
    }
    expect([...judged]).not.toContain('asserted');
  });

  it('is taken however short the numbers of its signature are', async () => {
    // One in 128 has one that needs fewer than 32 bytes: none of a thousand people may be turned away for it.
    const authenticator = await Authenticator.make(origin);
    const { publicKey } = await registered(authenticator);
    const lengths = new Set<number>();
    for (let round = 0; round < 600; round += 1) {
      const response = readAssertion(await authenticator.get(request));
      if (!response) throw new Error('unreadable');
      lengths.add(response.response.signature.length);
      expect((await verifyAssertion(response, publicKey, expected)).kind).toBe('asserted');
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['one byte', Uint8Array.of(0x30)],
    ['a number of no length', Uint8Array.of(0x30, 0x04, 0x02, 0x00, 0x02, 0x00)],
    ['a number longer than there are bytes', Uint8Array.of(0x30, 0x04, 0x02, 0x7f, 0x01, 0x01)],
    ['numbers that are zero', der(new Uint8Array(64))],
    ['a negative number', Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x01)],
    [
      'a number of 33 bytes',
      concat(Uint8Array.of(0x30, 0x26, 0x02, 0x21), new Uint8Array(33).fill(1), Uint8Array.of(2, 1, 1)),
    ],
    ['numbers padded in vain', Uint8Array.of(0x30, 0x08, 0x02, 0x02, 0x00, 0x01, 0x02, 0x02, 0x00, 0x01)],
    ['64 bytes as they are', new Uint8Array(64).fill(1)],
  ])('signed by %s is refused', async (_, signature) => {
    const authenticator = await Authenticator.make(origin);
    // Of no bytes at all there is no base64url either.
    expect(await judgeAssertion(authenticator, await authenticator.get(request, { signature }))).toBe(
      signature.length === 0 ? 'malformed' : 'wrong_signature',
    );
  });
});

describe.each(['EdDSA', 'RS256'] as const)('a signature of %s', (algorithm) => {
  it.each([1, 63, 64, 65, 300])('that has %d bytes of no meaning is refused', async (length) => {
    const authenticator = await Authenticator.make(origin, { algorithm });
    const text = await authenticator.get(request, { signature: new Uint8Array(length).fill(1) });
    expect(await judgeAssertion(authenticator, text)).toBe('wrong_signature');
  });
});

describe('a registration', () => {
  it.each(ceremonies)('with %s is refused', async (_, changes, fault) => {
    const authenticator = await Authenticator.make(origin);
    const text = await authenticator.create(creation, withCredential(changes));
    expect(await judgeRegistration(text)).toBe(fault);
    if (fault !== 'cross_origin' && fault !== 'malformed')
      expect(await libraryJudgesRegistration(text)).toBe(false);
  });

  it('that was made to sign in is refused', async () => {
    const authenticator = await Authenticator.make(origin);
    expect(await judgeRegistration(await authenticator.create(creation, { type: 'webauthn.get' }))).toBe(
      'wrong_type',
    );
  });

  it('without a credential in what was signed is refused, whatever the page says of one', async () => {
    const authenticator = await Authenticator.make(origin);
    const flags = all;
    const authenticatorData = decode(
      (JSON.parse(await authenticator.get(request, { flags })) as AuthenticationResponseJSON).response
        .authenticatorData,
    );
    const text = await authenticator.create(creation, { authenticatorData });
    expect(await judgeRegistration(text)).toBe('malformed');
  });

  it('of another credential than the one that the page names is refused', async () => {
    const authenticator = await Authenticator.make(origin);
    const credentialId = encode(new Uint8Array(32));
    expect(await judgeRegistration(await authenticator.create(creation, { credentialId }))).toBe('malformed');
  });

  it.each<[string, [number, unknown][]]>([
    ['ES256 with the numbers of another curve', [[-1, 2]]],
    ['ES256 of another type', [[1, 3]]],
    ['a point beside the curve', [[-2, new Uint8Array(32).fill(1)]]],
    ['a short coordinate', [[-2, new Uint8Array(31)]]],
    ['a coordinate that is a number', [[-2, 5]]],
    ['an algorithm that nobody asked for', [[3, -35]]],
    ['SHA-1', [[3, -65535]]],
    ['no algorithm', [[3, null]]],
  ])('with a key of %s is refused', async (_, parameters) => {
    const authenticator = await Authenticator.make(origin);
    const coseKey = new Map([...(await authenticator.coseKey()), ...parameters]) as Changes['coseKey'];
    const text = await authenticator.create(creation, { ...(coseKey && { coseKey }) });
    expect(await judgeRegistration(text)).toBe('wrong_key');
    // The library imports the key with its first use.
  });

  it.each([512, 1024])('with an RSA key of %s bits is refused', async (bits) => {
    const authenticator = await Authenticator.make(origin, { algorithm: 'RS256' });
    const coseKey = await authenticator.coseKey();
    coseKey.set(-1, new Uint8Array(bits / 8).fill(0xff));
    expect(await judgeRegistration(await authenticator.create(creation, { coseKey }))).toBe('wrong_key');
  });

  it('that is cut off anywhere, or goes on after its end, is refused and never thrown at', async () => {
    const authenticator = await Authenticator.make(origin);
    const honest = JSON.parse(await authenticator.create(creation)) as RegistrationResponseJSON;
    const whole = decode(honest.response.attestationObject);
    const judged = new Set<string>();
    for (let length = 1; length < whole.length; length += 1) {
      const attestationObject = encode(whole.subarray(0, length));
      const text = JSON.stringify({ ...honest, response: { ...honest.response, attestationObject } });
      judged.add(await judgeRegistration(text));
    }
    const longer = encode(concat(whole, Uint8Array.of(0)));
    judged.add(
      await judgeRegistration(
        JSON.stringify({ ...honest, response: { ...honest.response, attestationObject: longer } }),
      ),
    );
    expect([...judged]).toEqual(['malformed']);
  });

  it('of random bytes, or of depths without end, is refused and never thrown at', async () => {
    const authenticator = await Authenticator.make(origin);
    for (let round = 0; round < 300; round += 1) {
      const attestationObject = crypto.getRandomValues(new Uint8Array(1 + (round % 200)));
      expect(await judgeRegistration(await authenticator.create(creation, { attestationObject }))).toBe(
        'malformed',
      );
    }
    for (const byte of [0x81, 0xa1, 0xc1, 0x9b, 0xbb, 0x5b]) {
      const attestationObject = new Uint8Array(11_000).fill(byte);
      expect(await judgeRegistration(await authenticator.create(creation, { attestationObject }))).toBe(
        'malformed',
      );
    }
  });
});

describe('what a page sends', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another type', JSON.stringify({ id: 'AA', type: 'password', response: {} })],
    ['no response', JSON.stringify({ id: 'AA', type: 'public-key' })],
    [
      'bytes with padding',
      JSON.stringify({
        id: 'AA',
        type: 'public-key',
        response: {
          clientDataJSON: 'e30=',
          attestationObject: 'oA',
          authenticatorData: 'AA',
          signature: 'AA',
        },
      }),
    ],
    [
      'bits that stand for nothing',
      JSON.stringify({
        id: 'AA',
        type: 'public-key',
        response: {
          clientDataJSON: 'e31',
          attestationObject: 'oB',
          authenticatorData: 'AB',
          signature: 'AB',
        },
      }),
    ],
    ['too much', JSON.stringify({ id: 'A'.repeat(16_000) })],
  ])('is not read when it is %s', (_, text) => {
    expect(readRegistration(text)).toBeUndefined();
    expect(readAssertion(text)).toBeUndefined();
  });
});
