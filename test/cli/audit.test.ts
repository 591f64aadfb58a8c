import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../runtime/runtime.ts';
import { type Copy, freshCopy, portcullis, run, started } from './copy.ts';

let copy: Copy;
let persistTo: string;

/** The trail's database on this machine. */
async function database(): Promise<DatabaseSync> {
  for (const file of await readdir(persistTo, { recursive: true })) {
    if (!file.endsWith('.sqlite')) continue;
    const found = new DatabaseSync(join(persistTo, file));
    if (found.prepare("SELECT 1 FROM sqlite_master WHERE name = 'security_event'").get()) return found;
    found.close();
  }
  throw new Error('there is no trail');
}

async function sql(query: string, ...bindings: (string | number)[]): Promise<Record<string, unknown>[]> {
  using trail = await database();
  return trail.prepare(query).all(...bindings);
}

const rowsNow = () => sql('SELECT COUNT(*) AS n FROM security_event');

/** Somebody who signs up at a Portcullis of this machine, which is stopped again once the trail has it. */
beforeAll(async () => {
  copy = await freshCopy();
  persistTo = join(copy.folder, 'state');
  const running = portcullis(
    copy.folder,
    'start',
    '--port',
    String(await freePort()),
    '--persist-to',
    persistTo,
  );
  try {
    const url = await started(running);
    for (const name of ['ada', 'eve'])
      await fetch(`${url}/signup`, {
        method: 'POST',
        body: new URLSearchParams({
          name,
          email: `${name}@example.com`,
          password: 'correct horse battery staple',
        }),
        headers: { origin: url, 'sec-fetch-site': 'same-origin' },
        redirect: 'manual',
      });
    await vi.waitFor(async () => expect(await rowsNow()).toEqual([{ n: 4 }]), { timeout: 20_000 });
  } finally {
    running.child.kill('SIGINT');
    await running.exited;
  }
}, 120_000);
afterAll(() => copy.remove());

async function audit(...args: string[]) {
  const { exited, output, errors } = portcullis(copy.folder, 'audit', ...args);
  return { code: await exited, output: output(), errors: errors() };
}

const here = () => ['--local', '--persist-to', persistTo];

// Each reads the trail through wrangler, which takes seconds to start.
describe('audit verify', { timeout: 120_000 }, () => {
  test('finds every chain whole', async () => {
    const { code, output, errors } = await audit('verify', ...here());
    expect([code, errors]).toEqual([0, '']);
    expect(output).toBe(
      '4 chained events of 2 users, 0 from before there was a chain\nNothing is missing and nothing was changed\n',
    );
  });

  test('compares the trail’s end with the one that the user’s own object has', async () => {
    const [newest] = await sql('SELECT user_id, hash FROM security_event WHERE sequence = 2');
    const user = String(newest?.user_id);
    const whole = await audit('verify', '--user', user, '--head', `2:${newest?.hash}`, ...here());
    expect([whole.code, whole.output]).toEqual([0, expect.stringContaining(`to 2:${newest?.hash}\n`)]);
    const short = await audit('verify', '--user', user, '--head', `3:${newest?.hash}`, ...here());
    expect([short.code, short.output]).toEqual([
      1,
      expect.stringContaining(`user ${user}, event 3: is the newest`),
    ]);
  });

  test('names the user and the event that was changed, and that is missing', async () => {
    const [first, second] = await sql(
      'SELECT user_id, type FROM security_event WHERE sequence = 1 ORDER BY user_id',
    );
    const [changed, kept] = [String(first?.user_id), String(second?.user_id)];
    await sql("UPDATE security_event SET type = 'session_ended' WHERE user_id = ? AND sequence = 1", changed);
    const after = await audit('verify', ...here());
    expect([after.code, after.output]).toEqual([
      1,
      expect.stringContaining(`user ${changed}, event 1: was changed: its hash does not fit it\n`),
    ]);
    expect(after.output).not.toContain(kept);
    await sql(
      'UPDATE security_event SET type = ? WHERE user_id = ? AND sequence = 1',
      String(first?.type),
      changed,
    );
  });

  test('does not call the chain of somebody whole of whom there is nothing', async () => {
    const { code, output, errors } = await audit('verify', '--user', 'nobody', ...here());
    expect([code, output]).toEqual([1, '']);
    expect(errors).toContain('no event of user nobody is in this trail');
  });

  test('says that a chain begins later, once its beginning was removed', async () => {
    const [first] = await sql('SELECT * FROM security_event WHERE sequence = 1 ORDER BY user_id');
    await sql('DELETE FROM security_event WHERE user_id = ? AND sequence = 1', String(first?.user_id));
    const { code, output } = await audit('verify', ...here());
    expect([code, output]).toEqual([
      0,
      expect.stringContaining('1 chains begin later than at their first event'),
    ]);
    const names = Object.keys(first ?? {});
    const values = names.map((name) => first?.[name] as string | number);
    await sql(`INSERT INTO security_event (${names}) VALUES (${names.map(() => '?')})`, ...values);
  });

  test.each([
    ['nothing', []],
    ['neither trail', ['verify']],
    ['both trails', ['verify', '--local', '--remote']],
    ['a head without a user', ['verify', '--local', '--head', `1:${'a'.repeat(43)}`]],
    ['a head that is none', ['verify', '--local', '--user', 'u', '--head', 'newest']],
    ['a time that is none', ['export', '--local', '--since', 'yesterday']],
    ['an option that is not there', ['verify', '--local', '--users', 'u']],
  ])('refuses %s', async (_, args) => {
    const { code, errors } = await audit(...args);
    expect([code, errors]).toEqual([2, expect.stringContaining('audit verify  [--user <id>]')]);
  });
});

describe('audit export', { timeout: 120_000 }, () => {
  test('writes one JSON text a line, the oldest first, of everybody or of one', async () => {
    // As docs/operations.md has it: without --silent npm writes its own lines before them.
    const npm = run(copy.folder, 'npm', 'run', '--silent', 'audit', '--', 'export', ...here());
    expect(await npm.exited).toBe(0);
    const output = npm.output();
    const lines = output.trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(4);
    expect(events[0]).toEqual({
      eventId: expect.stringMatching(/^[\w-]+$/),
      userId: expect.stringMatching(/^[\w-]{22}$/),
      sequence: 1,
      type: 'user_created',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      actor: 'person',
      requestId: expect.any(String),
      detail: expect.objectContaining({ by: 'person' }),
      previousHash: '',
      salt: expect.any(String),
      detailHash: expect.stringMatching(/^[\w-]{43}$/),
      hash: expect.stringMatching(/^[\w-]{43}$/),
    });
    const times = events.map(({ at }) => String(at));
    expect(times).toEqual(times.toSorted());
    expect(output).not.toMatch(/pc_|eyJ|correct horse|@example\.com/);

    const own = await audit('export', '--user', String(events[0]?.userId), ...here());
    expect(own.output.trimEnd().split('\n')).toHaveLength(2);
    const later = await audit('export', '--since', '2999-01-01', ...here());
    expect([later.code, later.output]).toEqual([0, '']);
  });
});
