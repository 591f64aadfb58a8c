import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
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

const said = async ({ output, errors }: Run, text: string): Promise<void> => {
  await expect.poll(() => output() + errors(), { timeout: 20_000 }).toContain(text);
};

test('npm run provider runs a stand-in, and npm start then offers it', async () => {
  const provider = run(copy.folder, 'npm', 'run', 'provider');
  running.push(provider);
  await said(provider, 'running at http://localhost:9400\n');
  const portcullisRun = portcullis(copy.folder, 'start', '--port', String(await freePort()));
  running.push(portcullisRun);
  const url = await started(portcullisRun);
  expect(await (await fetch(`${url}/signin`)).text()).toContain('value="local"');
  const answer = await fetch(`${url}/signin/provider`, {
    method: 'POST',
    body: new URLSearchParams({ provider: 'local' }),
    headers: { Origin: url, Accept: 'text/html' },
  });
  const address = (answer.headers.get('Refresh') ?? '').replace('0; url=', '');
  const choice = await (await fetch(address, { redirect: 'manual' })).headers.get('Location');
  expect(choice).toMatch(/^\/choose\//);
});

test('without it npm start offers nothing', async () => {
  const portcullisRun = portcullis(copy.folder, 'start', '--port', String(await freePort()));
  running.push(portcullisRun);
  const url = await started(portcullisRun);
  expect(await (await fetch(`${url}/signin`)).text()).not.toContain('/signin/provider');
});

test.each([
  ['no-port', 'that is not a port'],
  ['70000', 'that is not a port'],
])('a port that is none is refused: %s', async (port, message) => {
  const { exited, errors } = portcullis(copy.folder, 'provider', '--port', port);
  expect(await exited).toBe(2);
  expect(errors()).toContain(message);
});
