import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { run } from './copy.ts';
import { emptyProject, type Project } from './packed.ts';

// As somebody begins an app: an empty Vite project with the tarball in it.
let project: Project;
const inProject = (path: string) => join(project.folder, path);

const main = `
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { type Auth, type AuthEvent, createAuth, SignedOutError, UnavailableError, type User } from 'portcullis/client';
import { createAuth as createGateAuth } from 'portcullis/client/gate';
import { AuthProvider, type AuthState, RequireSignIn, useAuth, useUser } from 'portcullis/client/react';

const isBehindTheGate = location.search === '?gate';
const auth: Auth = isBehindTheGate
  ? createGateAuth({ saveState: () => ({ draft: '' }) })
  : createAuth({ issuer: 'https://id.test', clientId: 'app', redirectUri: location.origin + '/', transport: 'dpop' });
auth.onChange((event: AuthEvent) => {
  if (event.type === 'signed_out' && event.error instanceof SignedOutError) console.log(event.error.reason);
});

function Person() {
  const { status, user, error, signIn, signOut, retry }: AuthState = useAuth();
  if (status === 'loading') return null;
  if (error instanceof UnavailableError) return <button type="button" onClick={retry}>Try again</button>;
  if (status === 'signed_out') return <button type="button" onClick={() => signIn({ maxAge: 60 })}>Sign in</button>;
  const name: string = user.name ?? user.sub;
  return <button type="button" onClick={signOut}>{name}</button>;
}

function Wrong() {
  const state = useAuth();
  // @ts-expect-error there may be nobody
  console.log(state.user.sub);
  const user = useUser();
  // @ts-expect-error the same
  console.log(user.sub);
  // @ts-expect-error a mouse event is no sign-in
  return <button type="button" onClick={state.signIn} />;
}

export const wrong = () => {
  // @ts-expect-error an issuer has to be named
  createAuth({ clientId: 'app', redirectUri: '/' });
  // @ts-expect-error there is no such transport
  createAuth({ issuer: 'https://id.test', clientId: 'app', redirectUri: '/', transport: 'bearer' });
  // @ts-expect-error the gate is where the page is
  createGateAuth({ issuer: 'https://id.test' });
  // @ts-expect-error which one?
  return <AuthProvider><Wrong /></AuthProvider>;
};

const user: User | undefined = auth.user();
console.log(user?.email);
createRoot(document.body).render(
  <StrictMode>
    <AuthProvider auth={auth} fallback="...">
      <Person />
      <RequireSignIn fallback="outside">inside</RequireSignIn>
    </AuthProvider>
  </StrictMode>,
);
`;

const lend = [
  ...['react', 'react-dom', 'scheduler', '@types/react', '@types/react-dom', 'csstype'],
  ...['vite', '@vitejs/plugin-react', '@rolldown/pluginutils'],
];

beforeAll(async () => {
  project = await emptyProject();
  for (const name of lend) {
    await mkdir(dirname(inProject(`node_modules/${name}`)), { recursive: true });
    await symlink(join(root, 'node_modules', name), inProject(`node_modules/${name}`));
  }
  await writeFile(inProject('main.tsx'), main);
  await writeFile(inProject('index.html'), '<!doctype html><script type="module" src="/main.tsx"></script>');
}, 120_000);
afterAll(() => project?.remove());

const compilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  target: 'es2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  jsx: 'react-jsx',
  types: [],
};

test.each([
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
])('has types that hold, and that refuse what is wrong: %j', async (resolution) => {
  const config = inProject('tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...resolution }, files: ['main.tsx'] }),
  );
  // A line that is wrongly expected to fail fails as well.
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { exited, output } = run(project.folder, process.execPath, compiler, '-p', config);
  expect([await exited, output()]).toEqual([0, '']);
});

describe('built by Vite', () => {
  const chunks: Record<string, { text: string; sources: string[]; isEntry: boolean }> = {};

  beforeAll(async () => {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    await project.succeeded(process.execPath, vite, 'build', '--sourcemap', '--logLevel', 'warn');
    const page = await readFile(inProject('dist/index.html'), 'utf8');
    for (const name of await readdir(inProject('dist/assets'))) {
      if (!name.endsWith('.js')) continue;
      const { sources } = JSON.parse(await readFile(inProject(`dist/assets/${name}.map`), 'utf8'));
      chunks[name] = {
        text: await readFile(inProject(`dist/assets/${name}`), 'utf8'),
        sources,
        isEntry: page.includes(name),
      };
    }
  });

  test('takes what npm pack built, not the sources', () => {
    const sources = Object.values(chunks).flatMap((chunk) => chunk.sources);
    const ours = sources.filter((path) => /portcullis\/(?!dist\/client)/.test(path));
    expect(ours).toEqual([]);
    expect(sources.some((path) => path.endsWith('portcullis/dist/client/index.js'))).toBe(true);
  });

  test('loads the part for DPoP only when it is wanted', () => {
    // Of the proofs' header.
    const withProofs = Object.values(chunks).filter(({ text }) => text.includes('dpop+jwt'));
    expect(withProofs.map(({ isEntry }) => isEntry)).toEqual([false]);
    expect(Object.values(chunks).some(({ isEntry }) => isEntry)).toBe(true);
  });

  test('has one React, and errors of one kind', () => {
    const sources = Object.values(chunks).flatMap((chunk) => chunk.sources);
    expect(sources.filter((path) => path.endsWith('react/cjs/react.production.js'))).toHaveLength(1);
    // Otherwise `instanceof` would fail for what another entry point throws.
    const all = Object.values(chunks)
      .map(({ text }) => text)
      .join('');
    expect(all.match(/nobody is signed in["'`]/g)).toHaveLength(1);
  });
});

describe.each(['vanilla', 'react'])('examples/%s, copied out of the repository', (name) => {
  const copied = () => inProject(`copy-${name}`);
  beforeAll(() => cp(join(root, 'examples', name), copied(), { recursive: true }));

  test('has types that hold', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { exited, output } = run(copied(), process.execPath, compiler, '-p', '.');
    expect([await exited, output()]).toEqual([0, '']);
  });

  test('is built by Vite', async () => {
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    const { exited, errors } = run(copied(), process.execPath, vite, 'build', '--logLevel', 'warn');
    expect([await exited, errors()]).toEqual([0, '']);
    const assets = await readdir(join(copied(), 'dist/assets'));
    expect(assets.some((file) => file.endsWith('.css'))).toBe(true);
  });
});
