/**
 * The HTTP API of the transit secrets engine of Vault and OpenBao as far as we use it, and the renewal of the
 * token, after https://developer.hashicorp.com/vault/api-docs/secret/transit and .../auth/token: paths, header, bodies, statuses and the form of
 * errors; the cryptography is real. To be put in the place of `fetch`.
 */
export function vaultStandIn({
  token = 'a-vault-token',
  keyName = 'portcullis',
  mount = 'transit',
  /** What the token has left after a renewal, in seconds; null for one that cannot be renewed. */
  lease = 2_764_800 as number | null,
} = {}) {
  const versions: Promise<CryptoKey>[] = [];
  const rotate = () => {
    const made = crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    versions.push(made as Promise<CryptoKey>);
  };
  rotate();
  const calls = { encrypt: 0, decrypt: 0, renew: 0 };
  /** Set to answer otherwise: sealed, slow, garbage. */
  let instead: ((request: Request) => Promise<Response>) | undefined;

  const errors = (status: number, ...messages: string[]) => Response.json({ errors: messages }, { status });
  const bytes = (text = '') => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const text = (buffer: ArrayBuffer | Uint8Array) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const data = (value: object) =>
    Response.json({
      request_id: crypto.randomUUID(),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: value,
      wrap_info: null,
      warnings: null,
      auth: null,
    });

  async function answer(request: Request): Promise<Response> {
    if (instead) return instead(request);
    const { pathname } = new URL(request.url);
    if (request.headers.get('X-Vault-Token') !== token) return errors(403, 'permission denied');
    if (request.method !== 'POST' && request.method !== 'PUT') return errors(405);
    if (pathname === '/v1/auth/token/renew-self') {
      calls.renew += 1;
      if (lease === null) return errors(400, 'lease is not renewable');
      const auth = {
        client_token: token,
        accessor: 'an-accessor',
        policies: ['default', 'portcullis'],
        token_policies: ['default', 'portcullis'],
        metadata: null,
        lease_duration: lease,
        renewable: true,
        entity_id: '',
        token_type: 'service',
        orphan: true,
      };
      return Response.json({ request_id: crypto.randomUUID(), data: null, warnings: null, auth });
    }
    const prefix = `/v1/${mount}/`;
    const [operation, name, ...rest] = pathname.startsWith(prefix)
      ? pathname.slice(prefix.length).split('/')
      : [];
    if (rest.length > 0 || (operation !== 'encrypt' && operation !== 'decrypt')) {
      return errors(404, `no handler for route "${pathname.slice(4)}". route entry not found.`);
    }
    if (name !== keyName) return errors(400, 'encryption key not found');
    calls[operation] += 1;
    const body = (await request.json()) as Record<string, string>;
    const additionalData = bytes(body.associated_data);
    if (operation === 'encrypt') {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const key = await (versions.at(-1) as Promise<CryptoKey>);
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData },
        key,
        bytes(body.plaintext),
      );
      const ciphertext = `vault:v${versions.length}:${text(new Uint8Array([...iv, ...new Uint8Array(sealed)]))}`;
      return data({ ciphertext, key_version: versions.length });
    }
    const [, version, payload] = /^vault:v(\d+):(.+)$/.exec(body.ciphertext ?? '') ?? [];
    const key = await versions[Number(version) - 1];
    if (!key) return errors(400, 'invalid ciphertext: no prefix');
    const sealed = bytes(payload);
    try {
      const iv = sealed.slice(0, 12);
      return data({
        plaintext: text(
          await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed.slice(12)),
        ),
      });
    } catch {
      return errors(400, 'cipher: message authentication failed');
    }
  }

  return {
    token,
    calls,
    rotate,
    fetch: (input: RequestInfo | URL, init?: RequestInit) => answer(new Request(input, init)),
    answerInstead(answer: typeof instead) {
      instead = answer;
    },
  };
}
