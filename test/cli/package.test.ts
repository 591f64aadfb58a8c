import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { run } from './copy.ts';
import { emptyProject, type Project } from './packed.ts';

let installation: Project;
let project: string;

const installed = (path: string) => join(root, 'node_modules', path);

const resourceServer = (annotations: boolean) => `
import { generateKeyPair, exportJWK, SignJWT } from 'jose';
import { Hono } from 'hono';
import { resourceGuard, resourceMetadata, verifier${annotations ? ', type Claims, type Refusal, type Verified, type VerifierOptions' : ''} } from 'portcullis/verify';
import { protect } from 'portcullis/verify/hono';

const issuer = 'https://issuer.test';
const audience = 'https://api.test';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }];
let fetched = 0;
const options${annotations ? ': VerifierOptions' : ''} = {
  issuer,
  audience,
  fetch: async (url) => {
    fetched += 1;
    if (url !== 'https://issuer.test/.well-known/jwks.json') throw new Error(url);
    return Response.json({ keys });
  },
};
const token = await new SignJWT({ sub: 'somebody', scope: 'read' })
  .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })
  .setIssuer(issuer).setAudience(audience).setExpirationTime('5m')
  .sign(privateKey);

const verify = verifier(options);
const verified${annotations ? ': Verified<Claims> | Refusal' : ''} = await verify(token);
const refused = await verify(token.slice(0, -2));
const app = new Hono().get('/', protect(resourceGuard(options), { scope: ['read'] }), (c) => c.json(c.get('claims').sub));
const answer = await app.request('https://api.test/', { headers: { Authorization: 'Bearer ' + token } });
const { status } = await app.request('https://api.test/');
console.log(JSON.stringify([
  navigator.userAgent,
  verified.ok && verified.claims.sub,
  refused.ok || refused.code,
  await answer.json(),
  status,
  fetched,
  resourceMetadata({ resource: audience, authorizationServers: [issuer] }).resource,
]));
`;

/** Every algorithm twice: the second token with a header that is known takes a shorter way to Web Crypto. And DPoP. */
const allAlgorithms = `
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { verifier } from 'portcullis/verify';

const [issuer, audience] = ['https://issuer.test', 'https://api.test'];
const algorithms = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'];
const keys = [];
const verify = verifier({ issuer, audience, algorithms, dpop: {}, keys: async () => ({ keys }) });
const pairs = {};
const sign = (alg, claims) =>
  new SignJWT({ sub: 'somebody', jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg, typ: 'at+jwt', kid: alg })
    .setIssuer(issuer).setAudience(audience).setExpirationTime('5m')
    .sign(pairs[alg].privateKey);
for (const alg of algorithms) {
  pairs[alg] = await generateKeyPair(alg, { extractable: true });
  keys.push({ ...(await exportJWK(pairs[alg].publicKey)), alg, kid: alg, use: 'sig' });
}
const answers = {};
for (const alg of algorithms) {
  const [first, second, third] = [await sign(alg), await sign(alg), await sign(alg)];
  const forged = third.slice(0, -20) + 'AAAAAAAAAAAAAAAAAAAA';
  answers[alg] = [await verify(first), await verify(second), await verify(forged)].map(({ ok, code }) => code ?? ok);
}
const jwk = await exportJWK(pairs.ES256.publicKey);
const bound = await sign('ES256', { cnf: { jkt: await calculateJwkThumbprint(jwk) } });
const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(bound));
const proof = () =>
  new SignJWT({ jti: crypto.randomUUID(), htm: 'GET', htu: audience, ath: base64url.encode(new Uint8Array(hash)) })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(pairs.ES256.privateKey);
answers.DPoP = [];
for (const method of ['GET', 'GET', 'POST']) {
  const { ok, code } = await verify(bound, { proof: await proof(), method, url: audience });
  answers.DPoP.push(code ?? ok);
}
console.log(JSON.stringify(answers));
`;

beforeAll(async () => {
  installation = await emptyProject();
  project = installation.folder;
}, 120_000);
afterAll(() => installation?.remove());

describe('portcullis/verify, installed into an empty project', () => {
  describe.each([
    ['Node', 'Node.js/', [process.execPath]],
    // Both are npm packages: their launchers are the same on every system. Deno has no permission for anything.
    ['Deno', 'Deno/', [process.execPath, installed('deno/bin.cjs'), 'run', '--no-prompt', '--cached-only']],
    ['Bun', 'Bun/', [installed('bun/bin/bun.exe'), 'run']],
  ])('in %s', (_, userAgent, [command = '', ...args]) => {
    test('guards a resource', async () => {
      await writeFile(join(project, 'server.js'), resourceServer(false));
      const printed = await installation.succeeded(command, ...args, 'server.js');
      expect(JSON.parse(printed)).toEqual([
        expect.stringContaining(userAgent),
        'somebody',
        'signature_invalid',
        'somebody',
        401,
        2,
        'https://api.test',
      ]);
    });

    test('checks signatures of every algorithm, and proofs', async () => {
      await writeFile(join(project, 'algorithms.js'), allAlgorithms);
      const answers = JSON.parse(await installation.succeeded(command, ...args, 'algorithms.js'));
      const { DPoP, ...algorithms } = answers as Record<string, unknown>;
      expect(DPoP).toEqual([true, true, 'proof_request_mismatch']);
      expect(Object.keys(algorithms)).toHaveLength(11);
      for (const answer of Object.values(algorithms))
        expect(answer).toEqual([true, true, 'signature_invalid']);
    });
  });

  test.each(['nodenext', 'bundler'])(
    'has types for TypeScript with moduleResolution %s',
    async (resolution) => {
      await mkdir(join(project, resolution), { recursive: true });
      await writeFile(join(project, resolution, 'server.ts'), resourceServer(true));
      await writeFile(
        join(project, resolution, 'wrong.ts'),
        `import { verifier } from 'portcullis/verify';\nverifier({ issuer: 'https://issuer.test' });\n`,
      );
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: 'es2022',
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        module: resolution === 'nodenext' ? 'nodenext' : 'esnext',
        moduleResolution: resolution,
        types: [],
      };
      const compile = async (file: string) => {
        const config = join(project, resolution, `${file}.json`);
        await writeFile(config, JSON.stringify({ compilerOptions, files: [file] }));
        return run(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', config);
      };
      const right = await compile('server.ts');
      expect([await right.exited, right.output()]).toEqual([0, '']);
      const wrong = await compile('wrong.ts');
      expect(await wrong.exited).not.toBe(0);
      expect(wrong.output()).toContain("'audience' is missing");
    },
  );

  test('weighs at most 12 KiB with its dependencies, minified and gzipped', async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: "export * from 'portcullis/verify'", resolveDir: project },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      format: 'esm',
      target: 'es2022',
      platform: 'neutral',
      conditions: ['import'],
    });
    const bundle = outputFiles[0]?.contents ?? new Uint8Array();
    const compressed = gzipSync(bundle, { level: 9 }).length;
    console.info(`portcullis/verify: ${bundle.length} bytes minified, ${compressed} gzipped`);
    expect(compressed).toBeLessThanOrEqual(12 * 1024);
    const inputs = Object.keys(metafile.inputs).join('\n');
    expect(inputs).toMatch(/portcullis\/dist\/verify\/index\.js/);
    // Nothing of the Worker's comes along.
    expect(new Set([...inputs.matchAll(/node_modules\/([^/]+)/g)].map(([, name]) => name))).toEqual(
      new Set(['portcullis', 'jose']),
    );
  });

  test('imports nothing of a platform, and the middleware nothing of Hono but its types', async () => {
    const imports = async (name: string) => {
      const text = await readFile(join(project, 'node_modules/portcullis/dist/verify', name), 'utf8');
      return new Set([...text.matchAll(/^(?:import|export)[^;]*?from "([^"]+)"/gm)].map(([, from]) => from));
    };
    expect(await imports('index.js')).toEqual(new Set(['jose']));
    expect(await imports('hono.js')).toEqual(new Set());
  });
});
