import * as v from 'valibot';
import { ConfigError } from '../config/error.ts';
import { log } from '../telemetry/log.ts';
import { type KeyEncryption, KeyEncryptionUnavailable } from './encryption.ts';

/** A key of the transit engine of HashiCorp Vault or OpenBao. */
export interface VaultOptions {
  /** Origin of the server: https, or http on loopback in development. */
  url: string;
  /** Name of the transit key: an AEAD type (`aes256-gcm96`, the default of the engine), not `derived`. */
  keyName: string;
  /** Where the engine is mounted. */
  mount: string;
  /**
   * May `update` on `<mount>/encrypt/<keyName>` and `<mount>/decrypt/<keyName>`, and on `auth/token/renew-self`, as
   * Vault's `default` policy has it. Needs nothing else.
   */
  token: string | undefined;
  development: boolean;
}

/** A private RSA key in PEM, in base64, in JSON is 2.5 KB. */
const MAXIMUM_ANSWER_BYTES = 64 * 1024;
const TIMEOUT_MILLISECONDS = 5_000;
/** Seconds. A token that has no more than this right after a renewal ends soon, or as soon as we are away for a day. */
const MINIMUM_TOKEN_LEASE = 24 * 60 * 60;
/** The same line is written no more often, whatever the traffic. */
const SILENCE_MILLISECONDS = 60_000;

const encrypted = v.object({ data: v.object({ ciphertext: v.pipe(v.string(), v.startsWith('vault:v')) }) });
const decrypted = v.object({ data: v.object({ plaintext: v.string() }) });
const renewed = v.object({ auth: v.object({ lease_duration: v.number() }) });
const refused = v.object({ errors: v.array(v.string()) });

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const decode = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function checkedUrl({ url, development }: VaultOptions): URL {
  const parsed = new URL(url);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed.protocol === 'https:' || (development && loopback && parsed.protocol === 'http:')) return parsed;
  // The request carries the token, the answer a private key.
  throw new ConfigError(
    `keys.encryption.url: ${url} must be https; http is for localhost in development only`,
  );
}

/**
 * Seals by a key that never leaves Vault: POST /v1/<mount>/encrypt/<key> and /decrypt/<key>, with the context as
 * `associated_data`. Newer versions of the Vault key are used as soon as it is rotated there; keep the older ones
 * decryptable for the life of a signing key.
 * @throws ConfigError when the URL is not https or the token is missing.
 */
export function vaultEncryption(options: VaultOptions): KeyEncryption {
  const { keyName, mount, token } = options;
  const server = checkedUrl(options);
  if (!token) {
    throw new ConfigError(
      'PORTCULLIS_VAULT_TOKEN: is not set, and keys.encryption needs it; `wrangler secret put PORTCULLIS_VAULT_TOKEN`',
    );
  }

  const saidAt = new Map<string, number>();
  /** A line for the operator: of our own words only, since what Vault says may quote what it was sent. */
  function say(line: string): void {
    const now = Date.now();
    if (now - (saidAt.get(line) ?? Number.NEGATIVE_INFINITY) < SILENCE_MILLISECONDS) return;
    saidAt.set(line, now);
    log('error', 'key_encryption.trouble', { what: line });
  }

  /** @throws KeyEncryptionUnavailable when there is no answer that could be judged. */
  async function post(
    path: string,
    body: Record<string, string>,
  ): Promise<{ status: number; json: unknown }> {
    let answer: { status: number; json: unknown };
    try {
      const response = await fetch(
        new URL(`/v1/${path.split('/').map(encodeURIComponent).join('/')}`, server),
        {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'X-Vault-Request': 'true',
            'X-Vault-Token': token as string,
          },
          body: JSON.stringify(body),
          // The token is for this server only. (A standby forwards by itself unless told otherwise.)
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
        },
      );
      answer = { status: response.status, json: JSON.parse(await boundedText(response)) };
    } catch {
      say('Vault gives no usable answer');
      // Without the cause: a parser's error quotes what it read, and that may be a private key.
      throw new KeyEncryptionUnavailable(`vault ${path}: no usable answer`);
    }
    if (answer.status === 403) {
      say(
        `Vault refuses PORTCULLIS_VAULT_TOKEN for ${path}: it has expired, was revoked, or its policy lacks \`update\` there. Make a new one and \`wrangler secret put PORTCULLIS_VAULT_TOKEN\` (docs/operations.md, "The Vault token")`,
      );
    }
    return answer;
  }

  async function ask(operation: 'encrypt' | 'decrypt', body: Record<string, string>): Promise<unknown> {
    const { status, json } = await post(`${mount}/${operation}/${keyName}`, body);
    if (status === 200) return json;
    const said = v.is(refused, json) ? json.errors.join() : '';
    // 400 in some versions, 500 in others: with this context, no key of that name has sealed it.
    if (/message authentication failed|invalid ciphertext/.test(said)) {
      throw new Error(`vault ${operation}: refused`);
    }
    if (status !== 403) say(`Vault answers ${operation} with status ${status}`);
    // The status only: what Vault says may quote what it was sent.
    throw new KeyEncryptionUnavailable(`vault ${operation}: status ${status}`);
  }

  const parse = <T>(schema: v.GenericSchema<unknown, T>, json: unknown): T => {
    const parsed = v.safeParse(schema, json);
    if (!parsed.success) throw new KeyEncryptionUnavailable('vault: an answer of another form');
    return parsed.output;
  };
  const associated = (context: string) => ({ associated_data: encode(new TextEncoder().encode(context)) });

  return {
    id: `vault:${mount}/${keyName}`,
    async wrap(plaintext, context) {
      const json = await ask('encrypt', { plaintext: encode(plaintext), ...associated(context) });
      return parse(encrypted, json).data.ciphertext;
    },
    async unwrap(sealed, context) {
      const json = await ask('decrypt', { ciphertext: sealed, ...associated(context) });
      return decode(parse(decrypted, json).data.plaintext);
    },
    // A periodic token lives for its period from every renewal on (Vault, "Token periods"): this keeps it alive for
    // as long as we are. Any other reaches an end that only the operator can put off.
    async renew() {
      const answer = await post('auth/token/renew-self', {}).catch(() => undefined);
      if (!answer || answer.status === 403) return;
      const lease = v.is(renewed, answer.json) ? answer.json.auth.lease_duration : undefined;
      if (answer.status !== 200 || lease === undefined) {
        say(
          'PORTCULLIS_VAULT_TOKEN cannot be renewed: if it has an end, signing ends with it. Use a periodic token (docs/operations.md, "The Vault token")',
        );
      } else if (lease > 0 && lease < MINIMUM_TOKEN_LEASE) {
        say(
          `PORTCULLIS_VAULT_TOKEN ends in ${Math.floor(lease / 60)} minutes though it was just renewed: it nears its maximum, or its period is shorter than a day. Make a new one and \`wrangler secret put PORTCULLIS_VAULT_TOKEN\` (docs/operations.md, "The Vault token")`,
        );
      }
    },
  };
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (length > MAXIMUM_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}
