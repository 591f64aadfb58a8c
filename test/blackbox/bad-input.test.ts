import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints, paths } from './endpoints.ts';
import type { Person } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// Each request is bad in one way. Beside what a test says of its answers, `expectConduct` has judged them all.

let stand: Stand;
let { ask, post }: Pick<Stand, 'ask' | 'post'> = {} as Stand;
let person: Person;
beforeAll(async () => {
  stand = await setUp();
  ({ ask, post, person } = stand);
});
afterAll(() => stand?.runtime.stop());

const forms = endpoints.filter(({ methods }) => methods.includes('POST'));
/** Those that read a form from anybody; the others first want to know who is there. */
const readers = forms.filter(({ path }) => !/^\/(account|session|oauth\/(userinfo|register))/.test(path));

describe('every endpoint', () => {
  test('is in the list that these tests run over', () => {
    expect(endpoints.length).toBeGreaterThan(15);
    expect(readers.map(({ path }) => path)).toContain('/oauth/token');
  });

  test.each(paths)(
    '$path takes $methods and refuses every other method with 405 and Allow',
    async ({ path, methods, caller }) => {
      const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
      for (const method of [
        'GET',
        'HEAD',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'PROPFIND',
        'QUERY',
      ]) {
        for (const Accept of ['text/html', '*/*']) {
          const { status, headers, text } = await ask(path, { method, headers: { Accept } });
          if (method === 'HEAD') expect(text).toBe('');
          if (allowed.includes(method)) {
            expect(status).not.toBe(405);
          } else if (method === 'OPTIONS' && caller === 'api') {
            expect(status).toBe(204);
            expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
          } else if (method === 'OPTIONS' && caller === 'first-party') {
            // A preflight that names no origin of ours.
            expect(status).toBe(403);
            expect(headers.has('Access-Control-Allow-Origin')).toBe(false);
          } else {
            expect(status).toBe(405);
            expect(headers.get('Allow')?.split(', ').sort()).toEqual(allowed.toSorted());
          }
        }
      }
    },
  );

  test.each(forms)('$path refuses a body of megabytes, announced or in chunks, unread', async ({ path }) => {
    const body = `password=${'x'.repeat(4 * 1024 * 1024)}`;
    for (const chunked of [false, true]) {
      expect((await post(path, body, { chunked })).status).toBe(413);
      expect((await post(path, body, { chunked }, person)).status).toBe(413);
    }
  });

  test.each(endpoints.filter(({ methods }) => methods.includes('GET')))(
    '$path overlooks the body of a GET or refuses it',
    async ({ path }) => {
      for (const method of ['GET', 'HEAD']) {
        for (const chunked of [false, true]) {
          for (const body of ['x=1', 'x'.repeat(1024 * 1024)]) await ask(path, { method, body, chunked });
        }
      }
    },
  );

  test.each(readers)('$path refuses what is not application/x-www-form-urlencoded', async ({ path }) => {
    const body = { client_id: 'demo', email: person.email, password: person.password };
    const types = [
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/x-www',
      '',
    ];
    for (const type of types) {
      expect((await post(path, body, { headers: { 'Content-Type': type } })).status).toBe(400);
    }
  });

  test.each(readers)('$path refuses a form that cannot be read in one way', async ({ path }) => {
    const bodies = [
      'client_id=%',
      'client_id=%zz',
      'client_id=%ff',
      'client_id=%c0%ae',
      'client_id=%ed%a0%80',
      Buffer.from([0x61, 0x3d, 0xff]),
      Buffer.from([0x61, 0x3d, 0xc3]),
      'client_id=demo&client_id=demo',
      'client_id=demo&client_id=',
      'client%5fid=demo&client_id=demo',
      Array.from({ length: 100 }, (_, index) => `a${index}=1`).join('&'),
    ];
    for (const body of bodies) expect((await post(path, body)).status).toBe(400);
  });

  test.each(forms)('$path takes nonsense for a mistake of the caller’s', async ({ path }) => {
    const bodies = [
      '',
      '&',
      '&&&=',
      '=',
      '=x',
      'a',
      '__proto__=1&constructor=2',
      '\u{1f600}=\u{1f600}',
      '\0=\0',
    ];
    // Where the configuration leaves a page out, there is nothing to send its form to.
    const closed = (await ask(path)).status === 404;
    const usual = closed ? [404] : [200, 303, 400, 401, 403];
    for (const body of bodies) expect(usual).toContain((await post(path, body)).status);
  });
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
