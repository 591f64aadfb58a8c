import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { type Copy, freshCopy, run } from './copy.ts';

// The tarball that `npm pack` makes of a fresh clone, in a project that has nothing else.
let copy: Copy;
let project: string;

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
async function succeeded(folder: string, command: string, ...args: string[]): Promise<string> {
  const { exited, output, errors } = run(folder, command, ...args);
  const code = await exited;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}\n${output()}${errors()}`);
  return output();
}

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
  verified.ok && verified.claims.sub,
  refused.ok || refused.code,
  await answer.json(),
  status,
  fetched,
  resourceMetadata({ resource: audience, authorizationServers: [issuer] }).resource,
]));
`;

beforeAll(async () => {
  copy = await freshCopy();
  project = await mkdtemp(join(tmpdir(), 'portcullis-package-'));
  await succeeded(copy.folder, npm, 'pack', '--pack-destination', project);
  const [tarball = ''] = await readdir(project);
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await succeeded(project, npm, 'install', ...quiet, `./${tarball}`);
}, 120_000);
afterAll(async () => {
  await copy?.remove();
  if (project) await rm(project, { recursive: true, force: true });
});

describe('portcullis/verify, installed into an empty project', () => {
  test('works from JavaScript', async () => {
    await writeFile(join(project, 'server.js'), resourceServer(false));
    const printed = await succeeded(project, process.execPath, 'server.js');
    expect(JSON.parse(printed)).toEqual([
      'somebody',
      'signature_invalid',
      'somebody',
      401,
      2,
      'https://api.test',
    ]);
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
