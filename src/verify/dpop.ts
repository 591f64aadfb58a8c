import { base64url, createLocalJWKSet, errors, type JWK, type JWTVerifyGetKey } from 'jose';
import { isOfType } from './claims.ts';
import { publicKeys } from './jwks.ts';
import { type Algorithm, asymmetric, jwsOpener, readObject } from './jws.ts';
import { type Refusal, type RefusalCode, refuse } from './refusal.ts';

/** The request that a proof belongs to. */
export interface ProofRequest {
  /** The DPoP header as it came. */
  proof: string | null | undefined;
  method: string;
  /** The URL that the client called, which behind a proxy is not always the one that arrives. */
  url: string;
}

/** One use of a proof. */
export interface ProofUse {
  /** Unique for as long as the proof is good: the thumbprint of its key and its `jti`. */
  id: string;
  /** The thumbprint alone. */
  jkt: string;
  /** When the proof is too old anyway, in milliseconds since the epoch: it need not be remembered for longer. */
  expiresAt: number;
}

export interface DpopOptions {
  /** Refuse tokens that are bound to no key. Default false. */
  required?: boolean;
  /** The algorithms of proofs. Default ES256, Ed25519 and its older name EdDSA. */
  algorithms?: readonly Algorithm[];
  /** How many seconds ago a proof may have been made, and how far ahead the client's clock may be. Default 60, at most 600. */
  windowSeconds?: number;
  /**
   * Whether this is the first use of a proof, remembered in the same step (RFC 9449 §11.1). Asked when everything else
   * is right. Without it a stolen request can be repeated as it is until its proof is too old.
   */
  firstUse?: (use: ProofUse) => boolean | Promise<boolean>;
  /** Nonces that the resource server hands out (RFC 9449 §9). Without it none are asked for. */
  nonce?: {
    /** The one for the next proof. */
    current(): string | Promise<string>;
    accepts(nonce: string): boolean | Promise<boolean>;
  };
}

export const defaultProofAlgorithms: readonly Algorithm[] = ['ES256', 'Ed25519', 'EdDSA'];
const PROOF_TYPE = 'dpop+jwt';
/** A client makes up its own `jti`: nobody has to remember a novel. */
const MAXIMUM_ID_LENGTH = 256;

/** RFC 9449 §4.2 wants a public key; who sends a private one has lost it. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** How many clients' keys are remembered: each sends its own in the header of every proof. */
const MAXIMUM_REMEMBERED = 1000;

/** The key in the header of a proof, by its numbers alone: what the client says of it beside them does not count. */
function proofKey({ jwk }: { jwk?: unknown }): JWK {
  const [publicJwk] = publicKeys({ keys: [jwk] }).keys;
  if (!publicJwk || privateMembers.some((member) => Object.hasOwn(jwk as object, member))) {
    throw new errors.JWSInvalid('no public key');
  }
  const { kid, use, alg, key_ops, ...numbers } = publicJwk;
  return numbers;
}

/** One for all proofs, so that the same header is known again. */
const findProofKey: JWTVerifyGetKey = async (header, jws) => {
  const keys = [proofKey(header)];
  try {
    return await createLocalJWKSet({ keys })({ alg: header.alg }, jws);
  } catch (cause) {
    throw new errors.JWSInvalid('no usable key', { cause });
  }
};

/** RFC 3986 §6.2.2: the same place, spelt in one way. RFC 9449 §4.3 leaves out query and fragment. */
function place(text: string): string | undefined {
  // URL.parse would do it in one, but Node 20 has none.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.origin === 'null') return undefined;
  const path = url.pathname.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
  });
  return url.origin + path;
}

export const hashOf = async (text: string): Promise<string> =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

/** A public key's thumbprint (RFC 7638 §3.2): the required members alone, in the order of their names. */
export const thumbprintOf = (key: JWK): Promise<string> =>
  hashOf(JSON.stringify(key, ['crv', 'e', 'kty', 'n', 'x', 'y']));

/** Where a token is presented: what its proof must fit beside the request (RFC 9449 §7.1). */
export interface Binding {
  token: string;
  /** The thumbprint of the key that the token is bound to. */
  jkt: string;
}

/** A proof that is right, and with it the thumbprint of its key. */
export interface Proof {
  ok: true;
  jkt: string;
}

/** Judges the proof of a request; with a token, where tokens are presented, and without, where they are issued. */
export type ReadProof = (request: ProofRequest, binding?: Binding) => Promise<Proof | Refusal>;

/**
 * Makes a function that reads proofs (RFC 9449 §4.3).
 * @throws TypeError when the options are wrong.
 */
export function proofReader(options: Omit<DpopOptions, 'required'>, now: () => number): ReadProof {
  const { algorithms = defaultProofAlgorithms, windowSeconds = 60, firstUse, nonce } = options;
  if (algorithms.length === 0 || algorithms.some((algorithm) => !asymmetric.includes(algorithm))) {
    throw new TypeError(`dpop.algorithms: must be one or more of ${asymmetric.join(', ')}`);
  }
  if (!(windowSeconds > 0 && windowSeconds <= 600))
    throw new TypeError('dpop.windowSeconds: must be 1 to 600');
  const open = jwsOpener(algorithms, MAXIMUM_REMEMBERED);

  async function read(request: ProofRequest, binding: Binding | undefined): Promise<Proof | RefusalCode> {
    if (!request.proof) return 'proof_missing';
    // A list of two proofs is no token in compact form (RFC 9449 §4.3, 1).
    const opened = await open(request.proof, findProofKey);
    if (!opened.ok) {
      if (opened.code === 'algorithm_not_allowed') return 'proof_algorithm_not_allowed';
      return opened.code === 'signature_invalid' ? 'proof_signature_invalid' : 'proof_invalid';
    }
    const claims = readObject(opened.payload);
    if (!claims || !isOfType(opened.header.typ, PROOF_TYPE)) return 'proof_invalid';
    const { jti, htm, htu, iat, ath } = claims;
    if (typeof jti !== 'string' || jti === '' || jti.length > MAXIMUM_ID_LENGTH) return 'proof_invalid';
    if (typeof htm !== 'string' || typeof htu !== 'string' || !Number.isFinite(iat)) return 'proof_invalid';
    const called = place(request.url);
    if (htm !== request.method || called === undefined || place(htu) !== called)
      return 'proof_request_mismatch';
    if (binding && ath !== (await hashOf(binding.token))) return 'proof_token_mismatch';
    const jkt = await thumbprintOf(proofKey(opened.header));
    if (binding && jkt !== binding.jkt) return 'proof_key_mismatch';
    const madeAt = Number(iat) * 1000;
    const window = windowSeconds * 1000;
    if (Math.abs(now() - madeAt) > window) return 'proof_not_current';
    if (nonce && !(typeof claims.nonce === 'string' && (await nonce.accepts(claims.nonce))))
      return 'proof_nonce_needed';
    // Last, so that nobody fills the memory with proofs that are no good anyway.
    if (firstUse && !(await firstUse({ id: `${jkt}.${jti}`, jkt, expiresAt: madeAt + window }))) {
      return 'proof_repeated';
    }
    return { ok: true, jkt };
  }

  return async (request, binding) => {
    const result = await read(request, binding);
    return typeof result === 'string' ? refuse(result) : result;
  };
}

/** Checks what a token is bound to: answers with what is wrong, or with nothing. */
export type CheckBinding = (
  token: string,
  claims: Readonly<Record<string, unknown>>,
  request: ProofRequest | undefined,
) => Promise<Refusal | undefined> | Refusal | undefined;

/**
 * Makes a function that checks what a token is bound to (RFC 9449 §4.3, §7.1). A binding of another kind (RFC 8705) is
 * refused: it cannot be checked here.
 * @param read judges proofs. Without it tokens that are bound to a key are refused.
 */
export const bindingChecker =
  (read: ReadProof | undefined, required = false): CheckBinding =>
  (token, { cnf }, request) => {
    // RFC 9449 §7.1: a token that is bound to no key is a bearer token, whatever it is sent as.
    if (cnf === undefined) return required || request ? refuse('binding_missing') : undefined;
    const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined;
    if (!read || !request || typeof jkt !== 'string') return refuse('proof_missing');
    return read(request, { token, jkt }).then((found) => (found.ok ? undefined : found));
  };

/** The same by a verifier's options. @throws TypeError when they are wrong. */
export function proofChecker(options: DpopOptions | undefined, now: () => number): CheckBinding {
  const { required, ...reading } = options ?? {};
  return bindingChecker(options && proofReader(reading, now), required);
}
