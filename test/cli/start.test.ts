import { copyFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../runtime/runtime.ts';
import { type Copy, freshCopy, portcullis, type Run, run, started } from './copy.ts';

let copy: Copy;
const running: Run[] = [];
beforeAll(async () => {
  copy = await freshCopy();
});
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
});
afterAll(() => copy.remove());

function start(...args: string[]): Run {
  const started = portcullis(copy.folder, 'start', ...args);
  running.push(started);
  return started;
}

const secrets = () => readFile(join(copy.folder, '.dev.vars'), 'utf8');

async function send(url: string, path: string, form: Record<string, string>): Promise<Response> {
  const headers = { origin: url, 'sec-fetch-site': 'same-origin' };
  return fetch(url + path, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' });
}
const credentials = { email: 'ada@example.com', password: 'correct horse battery staple' };

describe('npm start', () => {
  test('on a fresh clone prints one address, where the start page and the demo answer', async () => {
    const port = await freePort();
    const npm = run(copy.folder, 'npm', 'start', '--', '--port', String(port));
    running.push(npm);
    const url = await started(npm);
    expect(url).toBe(`http://localhost:${port}`);
    expect(npm.output().match(/https?:\/\//g)).toHaveLength(1);
    expect(npm.output() + npm.errors()).not.toContain('WARNING');

    for (const path of ['/', '/demo/']) {
      const page = await fetch(url + path);
      expect([page.status, page.headers.get('content-type')?.toLowerCase()]).toEqual([
        200,
        'text/html; charset=utf-8',
      ]);
    }
    const discovery = await (await fetch(`${url}/.well-known/openid-configuration`)).json();
    expect(discovery.issuer).toBe(url);
    expect((await fetch(`${url}/demo/api/me`)).status).toBe(401);

    npm.child.kill('SIGTERM');
    await expect.poll(() => fetch(url).catch(() => 'closed'), { timeout: 10_000 }).toBe('closed');
  });

  test('makes a secret that only its owner can read, and keeps it', async () => {
    const made = await secrets();
    expect(made).toMatch(/^PORTCULLIS_SECRET="development_[\w-]{43}"\n$/);
    expect((await stat(join(copy.folder, '.dev.vars'))).mode & 0o777).toBe(0o600);
    await started(start('--port', String(await freePort())));
    expect(await secrets()).toBe(made);
  });

  test('adds a secret to the variables that are there already, without touching them', async () => {
    const path = join(copy.folder, '.dev.vars');
    const before = await secrets();
    await writeFile(path, 'OTHER=1');
    const fresh = join(copy.folder, 'fresh');
    await started(start('--port', String(await freePort()), '--persist-to', fresh));
    expect(await secrets()).toMatch(/^OTHER=1\nPORTCULLIS_SECRET="development_[\w-]{43}"\n$/);
    await writeFile(path, before);
  });

  test('refuses to make a new secret for what was stored under another: nobody could sign in', async () => {
    const path = join(copy.folder, '.dev.vars');
    const before = await secrets();
    const stored = join(copy.folder, 'stored');
    const first = start('--port', String(await freePort()), '--persist-to', stored);
    await started(first);
    first.child.kill('SIGINT');
    await first.exited;
    await writeFile(path, '');
    const second = start('--port', String(await freePort()), '--persist-to', stored);
    expect(await second.exited).toBe(1);
    expect(second.errors()).toMatch(
      /^portcullis: \.dev\.vars has no PORTCULLIS_SECRET, but .*stored was made with one; /,
    );
    await writeFile(path, before);
  });

  test('finds the users and keys of the last start', async () => {
    const persistTo = join(copy.folder, 'state');
    const first = start('--port', String(await freePort()), '--persist-to', persistTo);
    const before = await started(first);
    const signedUp = await send(before, '/signup', { ...credentials, name: 'Ada' });
    expect(signedUp.status).toBe(303);
    const keys = await (await fetch(`${before}/.well-known/jwks.json`)).json();
    first.child.kill('SIGINT');
    expect(await first.exited).toBe(0);

    const after = await started(start('--port', String(await freePort()), '--persist-to', persistTo));
    expect((await send(after, '/signin', { ...credentials, password: 'wrong' })).status).toBe(401);
    expect((await send(after, '/signin', credentials)).status).toBe(303);
    expect(await (await fetch(`${after}/.well-known/jwks.json`)).json()).toEqual(keys);
  });

  /** As `start`, with variables of the operator's shell. */
  function startWith(variables: Record<string, string>, ...args: string[]): Run {
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const command = [process.execPath, 'src/cli/portcullis.mjs', 'start', ...args];
    const started = run(copy.folder, 'env', ...set, ...command);
    running.push(started);
    return started;
  }

  test('takes port and folder from the environment, unless the command line says otherwise', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const persistTo = join(copy.folder, 'from-the-environment');
    const variables = { PORT: '1', PORTCULLIS_PORT: String(port), PORTCULLIS_PERSIST_TO: persistTo };
    const first = startWith(variables);
    expect(await started(first)).toBe(`http://localhost:${port}`);
    await expect.poll(() => first.output()).toContain(`Users and keys are kept in ${persistTo}\n`);
    expect((await stat(persistTo)).isDirectory()).toBe(true);
    const elsewhere = join(copy.folder, 'from-the-command-line');
    const second = startWith(variables, '--port', String(other), '--persist-to', elsewhere);
    expect(await started(second)).toBe(`http://localhost:${other}`);
    await expect.poll(() => second.output()).toContain(`Users and keys are kept in ${elsewhere}\n`);
  });

  test.each([{ PORTCULLIS_PORT: 'eighty' }, { PORTCULLIS_PORT: '' }, { PORT: '70000' }])(
    'refuses a port from the environment that is none: %j',
    async (variables) => {
      const { exited, errors } = startWith(variables);
      expect(await exited).toBe(2);
      expect(errors()).toMatch(/^portcullis: ".*" is not a port; use a number from 1 to 65535\n$/);
    },
  );

  test('two copies run side by side and know nothing of each other', async () => {
    const one = start('--port', String(await freePort()), '--persist-to', join(copy.folder, 'one'));
    const two = start('--port', String(await freePort()), '--persist-to', join(copy.folder, 'two'));
    const [first, second] = await Promise.all([started(one), started(two)]);
    await send(first, '/signup', { ...credentials, name: 'Ada' });
    expect((await send(second, '/signin', credentials)).status).toBe(401);
    expect((await send(first, '/signin', credentials)).status).toBe(303);
  });

  test('says in one line that the port is in use', async () => {
    const port = String(await freePort());
    await started(start('--port', port));
    const second = start('--port', port, '--persist-to', join(copy.folder, 'other'));
    expect(await second.exited).toBe(1);
    expect(second.output() + second.errors()).toBe(
      `portcullis: port ${port} is in use; stop what listens there or choose another with --port <number>\n`,
    );
  });

  test('says in one line that the state is in use, rather than let two runtimes write it', async () => {
    const persistTo = join(copy.folder, 'state');
    await started(start('--port', String(await freePort()), '--persist-to', persistTo));
    const second = start('--port', String(await freePort()), '--persist-to', persistTo);
    expect(await second.exited).toBe(1);
    expect(second.output() + second.errors()).toMatch(
      /^portcullis: \S+\/state is in use by another Portcullis; .+\n$/,
    );
  });

  test.each([['--prot', '1'], ['--port', 'eighty'], ['--port', '70000'], ['--port'], ['now']])(
    'refuses the command line %s %s with one line and exit code 2',
    async (...args) => {
      const { exited, output, errors } = start(...args);
      expect(await exited).toBe(2);
      expect(output()).toBe('');
      expect(errors()).toMatch(/^portcullis: .+\n$/);
    },
  );
});

describe('a broken configuration', () => {
  const config = () => join(copy.folder, 'portcullis.config.ts');
  const wrangler = () => join(copy.folder, 'wrangler.jsonc');
  const edit = async (path: string, from: string | RegExp, to: string) => {
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(from);
    await copyFile(path, `${path}.before`);
    await writeFile(path, text.replace(from, to));
  };
  afterEach(async () => {
    for (const path of [config(), wrangler()]) {
      await copyFile(`${path}.before`, path).catch(() => undefined);
      await rm(`${path}.before`, { force: true });
    }
  });

  async function refusal(): Promise<string[]> {
    const { exited, output, errors } = start('--port', String(await freePort()));
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    return errors().trimEnd().split('\n');
  }

  test('names each fault on a line of its own', async () => {
    await edit(config(), /redirectUris: \[.*\]/, `redirectUris: ['javascript:alert(1)'], bogus: true`);
    const lines = await refusal();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('portcullis.config.ts: clients[0].redirectUris[0]: must not use a scheme');
    expect(lines[1]).toContain('portcullis.config.ts: clients[0].bogus: is no option');
  });

  test('that is not TypeScript is named with its line', async () => {
    await edit(config(), 'export default', 'const = 1;\nexport default');
    expect(await refusal()).toEqual([expect.stringMatching(/^portcullis: portcullis\.config\.ts:\d+:\d+: /)]);
  });

  test('that throws is told in one line', async () => {
    await edit(config(), "name: 'Portcullis'", 'name: env.NOPE.name');
    expect(await refusal()).toEqual([
      expect.stringMatching(/^portcullis: portcullis\.config\.ts: TypeError: /),
    ]);
  });

  test('of wrangler is named with its line', async () => {
    await edit(wrangler(), '"main":', 'main"');
    expect(await refusal()).toEqual([expect.stringMatching(/^portcullis: wrangler\.jsonc:\d+:\d+: /)]);
  });

  test('with a secret that is too short is refused', async () => {
    const path = join(copy.folder, '.dev.vars');
    const before = await secrets();
    await writeFile(path, 'PORTCULLIS_SECRET=c2hvcnQ\n');
    const lines = await refusal();
    await writeFile(path, before);
    expect(lines).toEqual([
      expect.stringMatching(
        /^portcullis: PORTCULLIS_SECRET: is too short, base64 of 5 bytes where at least 32 are needed/,
      ),
    ]);
  });
});

test('a Node that is too old is told in one line', async () => {
  await rm(join(copy.folder, 'node_modules'));
  const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.19.5' } })`;
  const { exited, output, errors } = run(
    copy.folder,
    process.execPath,
    '--import',
    old,
    'src/cli/portcullis.mjs',
    'start',
  );
  expect(await exited).toBe(1);
  expect(output()).toBe('');
  expect(errors()).toMatch(/^portcullis: needs Node 22\.18 or newer, and this is 20\.19\.5; .+\n$/);
});
