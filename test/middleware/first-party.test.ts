import { SELF } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hint, quoted } from '../../src/hint.ts';
import { issuer } from '../workerd/person.ts';

const written = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => void written.mockClear());
const lines = () => written.mock.calls.map(([line]) => String(line));

describe('what a page cannot read stands in the terminal of whoever develops it', () => {
  const ask = (headers: Record<string, string>) =>
    SELF.fetch(`${issuer}/session/token`, { method: 'OPTIONS', headers });

  it('an origin that is in no sessionOrigins', async () => {
    expect((await ask({ Origin: 'http://localhost:5999', 'Sec-Fetch-Site': 'same-site' })).status).toBe(403);
    expect(lines()).toEqual([
      'portcullis: /session/token: refused a page of "http://localhost:5999", which is in no client\'s sessionOrigins',
    ]);
  });

  it('one that is there, but on another site', async () => {
    expect((await ask({ Origin: issuer, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect(lines()).toEqual([expect.stringContaining("use transport 'dpop'")]);
  });

  it('a client that is not there, and an address that is not registered', async () => {
    const request = (query: string) => SELF.fetch(`${issuer}/oauth/authorize?response_type=code&${query}`);
    await request('client_id=dmeo');
    await request(`client_id=demo&redirect_uri=${encodeURIComponent(`${issuer}/demo`)}`);
    expect(lines()).toEqual([
      expect.stringMatching(/there is no client "dmeo"; there are demo, /),
      expect.stringMatching(/redirect_uri "\S+\/demo": .* byte for byte: "\S+\/demo\/"/),
    ]);
  });
});

it('never shows a token, nor a line break of a stranger’s', () => {
  expect(quoted('pc_rt_AQ')).toBe('(a token)');
  expect(quoted('x eyJhbGciOi')).toBe('(a token)');
  expect(quoted('a\nb')).toBe('"a\\nb"');
  expect(quoted('a'.repeat(1000))).toHaveLength(202);
});

it('writes nothing in production: strangers choose what stands there', () => {
  hint({ environment: 'production' }, 'text');
  expect(lines()).toEqual([]);
});
