import { createLocalJWKSet, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { proofChecker, thumbprintOf } from '../../src/verify/dpop.ts';
import { verifier } from '../../src/verify/index.ts';
import { publicKeys } from '../../src/verify/jwks.ts';
import { type Algorithm, jwsOpener } from '../../src/verify/jws.ts';

// The examples of the RFCs, letter by letter. Line breaks are the RFCs' own.
const joined = (text: string): string => text.replace(/\s/g, '');

const joe = joined(`eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt
  cGxlLmNvbS9pc19yb290Ijp0cnVlfQ`);
const frodo = joined(`SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IH
  lvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBk
  b24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcm
  UgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4`);

const rfc7515A2Key: JWK = {
  kty: 'RSA',
  n: joined(`ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT
    -SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa
    2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb
    54h4FRWyuXpoQ`),
  e: 'AQAB',
};
const rfc7515A3Key: JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const rfc7515A4Key: JWK = {
  kty: 'EC',
  crv: 'P-521',
  x: 'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',
  y: 'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2',
};
const rfc7520EcKey: JWK = {
  kty: 'EC',
  kid: 'bilbo.baggins@hobbiton.example',
  use: 'sig',
  crv: 'P-521',
  x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
  y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
};
const rfc7520RsaKey: JWK = {
  kty: 'RSA',
  kid: 'bilbo.baggins@hobbiton.example',
  use: 'sig',
  n: joined(`n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT
    -O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqV
    wGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-
    oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde
    3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuC
    LqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5g
    HdrNP5zw`),
  e: 'AQAB',
};
const rfc8037Key: JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const rfc9449Key: JWK = {
  kty: 'EC',
  x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
  y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
  crv: 'P-256',
};
const rfc7517Rsa: JWK = {
  kty: 'RSA',
  n: joined(`0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx
    4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs
    tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2
    QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI
    SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqb
    w0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw`),
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
};

const signed: [string, Algorithm, JWK, string][] = [
  [
    'RFC 7515 A.2',
    'RS256',
    rfc7515A2Key,
    `eyJhbGciOiJSUzI1NiJ9.${joe}.
    cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7
    AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4
    BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K
    0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv
    hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB
    p0igcN_IoypGlUPQGe77Rw`,
  ],
  [
    'RFC 7515 A.3',
    'ES256',
    rfc7515A3Key,
    `eyJhbGciOiJFUzI1NiJ9.${joe}.
    DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA
    pmWQxfKTUJqPP3-Kg6NU1Q`,
  ],
  [
    'RFC 7515 A.4',
    'ES512',
    rfc7515A4Key,
    `eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.
    AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZq
    wqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8Kp
    EHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn`,
  ],
  [
    'RFC 7520 §4.1',
    'RS256',
    rfc7520RsaKey,
    `eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${frodo}.
    MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmK
    ZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4J
    IwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8w
    W1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluP
    xUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_f
    cIe8u9ipH84ogoree7vjbU5y18kDquDg`,
  ],
  [
    'RFC 7520 §4.2',
    'PS384',
    rfc7520RsaKey,
    `eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${frodo}.
    cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2I
    pN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXU
    vdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRX
    e8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT
    0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a
    6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw`,
  ],
  [
    'RFC 7520 §4.3',
    'ES512',
    rfc7520EcKey,
    `eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.${frodo}.
    AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvb
    u9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kv
    AD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2`,
  ],
  [
    'RFC 8037 A.4',
    'EdDSA',
    rfc8037Key,
    `eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.
    hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B
    hVsPt9g7sVvpAr_MuM0KAg`,
  ],
];

describe('an example of a signature', () => {
  it.each(signed)('in %s (%s) is right, and wrong with one bit changed', async (_, algorithm, key, text) => {
    const token = joined(text);
    const open = jwsOpener([algorithm]);
    const find = createLocalJWKSet(publicKeys({ keys: [key] }));
    const [, payload = '', signature = ''] = token.split('.');
    expect(await open(token, find)).toMatchObject({ ok: true, header: { alg: algorithm } });
    const other = token.replace(payload, (payload[0] === 'A' ? 'B' : 'A') + payload.slice(1));
    expect(await open(other, find)).toMatchObject({ ok: false, code: 'signature_invalid' });
    const forged = token.replace(signature, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1));
    expect(await open(forged, find)).toMatchObject({ ok: false, code: 'signature_invalid' });
    // The same under a list that has every algorithm but its own.
    expect(await jwsOpener(['PS256'])(token, find)).toMatchObject({ code: 'algorithm_not_allowed' });
  });

  it.each([
    [
      'RFC 7515 A.1, an HMAC',
      `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${joe}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
    ],
    ['RFC 7515 A.5, without a signature', `eyJhbGciOiJub25lIn0.${joe}.`],
  ])('in %s is no access token', async (_, token) => {
    const verify = verifier({
      issuer: 'joe',
      audience: 'anybody',
      keys: async () => ({ keys: [rfc7515A3Key] }),
    });
    expect(await verify(token)).toMatchObject({ code: 'algorithm_not_allowed' });
  });

  it('in RFC 7515 A.3 is no access token: it names no key', async () => {
    const [, , , text] = signed[1] ?? [];
    const verify = verifier({
      issuer: 'joe',
      audience: 'anybody',
      keys: async () => ({ keys: [rfc7515A3Key] }),
    });
    expect(await verify(joined(text ?? ''))).toMatchObject({ code: 'key_unknown' });
  });
});

describe('an example of a key set', () => {
  it('in RFC 7517 A.1 keeps its signature key', () => {
    const encryption: JWK = {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      use: 'enc',
      kid: '1',
    };
    expect(publicKeys({ keys: [encryption, rfc7517Rsa] })).toEqual({ keys: [rfc7517Rsa] });
  });

  it('in RFC 7517 A.2 and A.3 loses what is private', () => {
    const ec: JWK = {
      kty: 'EC',
      crv: 'P-256',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
      kid: '1',
    };
    const hmac = {
      kty: 'oct',
      k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
      kid: 'HMAC key used in JWS spec Appendix A.1 example',
    };
    const d = '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE';
    expect(publicKeys({ keys: [{ ...ec, d }, hmac] })).toEqual({ keys: [ec] });
  });
});

describe('an example of a thumbprint', () => {
  it.each([
    ['RFC 7638 §3.1', rfc7517Rsa, 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'],
    ['RFC 8037 A.3', rfc8037Key, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'],
    ['RFC 9449 §6.1', rfc9449Key, '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'],
  ])('in %s comes out', async (_, key, thumbprint) => {
    expect(await thumbprintOf(key)).toBe(thumbprint);
  });
});

describe('the example of a proof in RFC 9449 §7.1', () => {
  const proof = joined(`eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik
    VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR
    nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE
    QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIj
    oiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0Z
    WRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNF
    c05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71E
    OptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`);
  const token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
  const cnf = { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' };
  const request = { proof, method: 'GET', url: 'https://resource.example.org/protectedresource' };
  const check = proofChecker({}, () => 1_562_262_618_000);

  it('is right for its request, token and key', async () => {
    expect(await check(token, { cnf }, request)).toBeUndefined();
  });

  it.each([
    ['method', { method: 'POST' }, 'proof_request_mismatch'],
    ['URL', { url: 'https://resource.example.org/other' }, 'proof_request_mismatch'],
    ['proof, the one for the token endpoint in §4.1', { proof: tokenProof() }, 'proof_request_mismatch'],
  ])('is no good with another %s', async (_, change, code) => {
    expect(await check(token, { cnf }, { ...request, ...change })).toMatchObject({ code });
  });

  it('is no good with another token or at another time', async () => {
    expect(await check(`${token}x`, { cnf }, request)).toMatchObject({ code: 'proof_token_mismatch' });
    const later = proofChecker({}, () => 1_562_262_618_000 + 61_000);
    expect(await later(token, { cnf }, request)).toMatchObject({ code: 'proof_not_current' });
  });
});

function tokenProof(): string {
  return joined(`eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOX
    pDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19
    .eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijox
    NTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`);
}
