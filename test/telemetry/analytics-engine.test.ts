import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { compose } from '../../src/compose.ts';
import { configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { analyticsEngine } from '../../src/telemetry/analytics-engine.ts';
import { telemetryOf } from '../../src/telemetry/telemetry.ts';
import { DatasetStandIn } from './analytics-stand-in.ts';

const issuer = 'https://auth.company.test';

/** A Worker in production, with a dataset bound. */
async function worker(METRICS: Pick<AnalyticsEngineDataset, 'writeDataPoint'>) {
  configure(
    defineConfig(() => ({
      issuer,
      routes: [
        { host: 'app.company.test', path: '/*', origin: 'https://origin.company.test', allow: 'session' },
      ],
    })),
  );
  const production = {
    PORTCULLIS_ENVIRONMENT: 'production',
    PORTCULLIS_ISSUER: issuer,
    PORTCULLIS_SECRET: btoa('a root secret of the tests alone, 32 bytes'),
  };
  return compose({ ...env, ...production, METRICS });
}

describe('a data point', () => {
  it('is written once for a request, with its route and what it cost, and no path', async () => {
    const dataset = new DatasetStandIn();
    const { fetch } = await worker(dataset);
    const path = `${issuer}/oauth/register/pc_cl_secret?access_token=abc`;
    const response = await fetch(new Request(path, { cf: { country: 'NL' } } as RequestInit));
    await response.text();
    expect(dataset.points).toHaveLength(1);
    const [{ indexes, blobs, doubles } = { indexes: [], blobs: [], doubles: [] }] = dataset.points;
    expect(indexes).toEqual(['/oauth/register/:client_id']);
    expect(blobs.slice(0, 7)).toEqual([
      'request',
      'issuer',
      '/oauth/register/:client_id',
      'GET',
      String(response.status),
      '4xx',
      'NL',
    ]);
    expect(doubles).toHaveLength(15);
    expect(JSON.stringify(dataset.points)).not.toMatch(/pc_cl_|abc/);
  });

  it('counts lookups of keys, and says of the gate how it decided', async () => {
    const dataset = new DatasetStandIn();
    const { fetch } = await worker(dataset);
    await (await fetch(new Request(`${issuer}/.well-known/jwks.json`))).text();
    await (await fetch(new Request('https://app.company.test/reports/17?q=1'))).text();
    const [keys, gate] = dataset.points;
    // double7: lookups; double8: fetches, of KV and of the object; double2: the call that was answered.
    expect([keys?.doubles[6], keys?.doubles[7], keys?.doubles[1]]).toEqual([1, 2, 1]);
    expect(gate?.indexes).toEqual(['app.company.test/*']);
    expect(gate?.blobs[11]).toBe('refused:login_required');
  });

  it.each(['r'.repeat(300), 'ü'.repeat(90)])(
    'has an index that is short enough for every route: %s',
    (route) => {
      const dataset = new DatasetStandIn();
      const measurement = analyticsEngine(dataset, (error) => expect.unreachable(String(error))).open();
      measurement.close({ part: 'gate', route, method: 'GET', status: 200, milliseconds: 1, country: '' });
      expect(route.startsWith(String(dataset.points[0]?.indexes[0]))).toBe(true);
    },
  );

  it('adds up what an alarm delivered, and is not written for an alarm that delivered nothing', () => {
    const dataset = new DatasetStandIn();
    const store = analyticsEngine(dataset, () => {});
    store.open().close();
    expect(dataset.points).toEqual([]);
    const alarm = store.open();
    alarm.count('portcullis_outbox_events_total', { receiver: 'audit', outcome: 'taken' }, 3);
    for (let mails = 0; mails < 400; mails += 1) alarm.count('portcullis_mails_total', { outcome: 'later' });
    alarm.close();
    expect(dataset.points).toHaveLength(1);
    expect(dataset.points[0]?.doubles[8]).toBe(3);
    expect(dataset.points[0]?.doubles[11]).toBe(400);
  });

  it('that cannot be written stops no alarm', () => {
    const failed = vi.fn();
    const broken = {
      writeDataPoint() {
        throw new TypeError('a binding that is broken');
      },
    };
    const alarm = analyticsEngine(broken, failed).open();
    alarm.count('portcullis_mails_total', { outcome: 'sent' });
    alarm.close();
    expect(failed).toHaveBeenCalledOnce();
  });

  it('that cannot be written changes no answer', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { fetch } = await worker({
      writeDataPoint() {
        throw new TypeError('a binding that is broken');
      },
    });
    const response = await fetch(new Request(`${issuer}/.well-known/openid-configuration`));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ issuer });
    expect(log.mock.calls.flat().join('\n')).toContain('"event":"telemetry.failed"');
    expect(log.mock.calls.flat().join('\n')).not.toContain('a binding that is broken');
  });
});

it('nothing is recorded, and nothing stands between, where nobody wants to know', () => {
  const define = defineConfig(() => ({ issuer, telemetry: {} }));
  const production = { ...env, PORTCULLIS_ENVIRONMENT: 'production' };
  expect(telemetryOf(loadConfig(define, production), production)).toBeUndefined();
  const development = { ...env, PORTCULLIS_ENVIRONMENT: 'development' };
  expect(telemetryOf(loadConfig(define, development), development)?.memory).toBeDefined();
});

it('in production GET /metrics is the gate’s, like any other path', async () => {
  const { fetch } = await worker(new DatasetStandIn());
  for (const path of ['/metrics', '/%6Detrics']) {
    const response = await fetch(new Request(issuer + path));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'no_route' });
  }
});
