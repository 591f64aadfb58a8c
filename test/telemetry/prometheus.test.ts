import { describe, expect, it } from 'vitest';
import { catalogue, type MetricName, metricOf } from '../../src/telemetry/catalogue.ts';
import { memoryMetrics } from '../../src/telemetry/memory-metrics.ts';
import { exposition } from '../../src/telemetry/prometheus.ts';
import { parseExposition, sumOf } from './exposition.ts';

const request = {
  part: 'gate',
  route: 'app.test/*',
  method: 'GET',
  status: 200,
  milliseconds: 7,
  country: '',
} as const;

describe('what Prometheus reads', () => {
  it('names every metric of the catalogue, with its help and its type, before anything was counted', () => {
    const families = parseExposition(exposition(memoryMetrics()));
    expect(families.map(({ name, type, help }) => ({ name, type, help }))).toEqual(
      Object.entries(catalogue).map(([name, { kind, help }]) => ({ name, type: kind, help })),
    );
  });

  it('has a counter as often as it was counted, each combination of labels for itself', () => {
    const metrics = memoryMetrics();
    const one = metrics.open();
    one.count('portcullis_mails_total', { outcome: 'sent' });
    metrics.open().count('portcullis_mails_total', { outcome: 'sent' }, 4);
    one.count('portcullis_mails_total', { outcome: 'never' });
    const families = parseExposition(exposition(metrics));
    expect(sumOf(families, 'portcullis_mails_total', { outcome: 'sent' })).toBe(5);
    expect(sumOf(families, 'portcullis_mails_total', { outcome: 'never' })).toBe(1);
    expect(sumOf(families, 'portcullis_mails_total', { outcome: 'later' })).toBe(0);
  });

  it('has a duration in seconds, in the bucket that it is at most the bound of, and in all above', () => {
    const metrics = memoryMetrics();
    for (const milliseconds of [0, 5, 6, 20_000]) metrics.open().close({ ...request, milliseconds });
    const families = parseExposition(exposition(metrics));
    const name = 'portcullis_http_request_duration_seconds';
    const below = (le: string) => sumOf(families, `${name}_bucket`, { le });
    expect([below('0.001'), below('0.005'), below('0.01'), below('10'), below('+Inf')]).toEqual([
      1, 2, 3, 3, 4,
    ]);
    expect(sumOf(families, `${name}_sum`)).toBeCloseTo(20.011, 9);
    expect(sumOf(families, `${name}_count`)).toBe(4);
  });

  it.each(['quo"te', 'back\\slash', 'line\nfeed', '\\n', '","route="other', 'ü*'])(
    'escapes a route of an operator: %j',
    (route) => {
      const metrics = memoryMetrics();
      metrics.open().close({ ...request, route });
      const families = parseExposition(exposition(metrics));
      expect(sumOf(families, 'portcullis_http_requests_total', { route, status: '200' })).toBe(1);
    },
  );

  it('stays bounded, whatever becomes of labels, and says what it let go', () => {
    const metrics = memoryMetrics();
    const open = metrics.open();
    for (let index = 0; index < 6_000; index += 1) open.close({ ...request, route: `/${index}` });
    const families = parseExposition(exposition(metrics));
    expect(metrics.series('portcullis_http_requests_total').length).toBeLessThan(5_000);
    expect(sumOf(families, 'portcullis_telemetry_dropped_total', { what: 'series' })).toBeGreaterThan(0);
  });
});

describe('the catalogue', () => {
  const names = Object.keys(catalogue) as MetricName[];

  it('has names as Prometheus wants them: a unit, and _total where it counts', () => {
    for (const name of names) {
      const end = metricOf(name).kind === 'counter' ? '_total' : '_seconds';
      expect(name).toMatch(new RegExp(`^portcullis_[a-z_]+${end}$`));
    }
  });

  it('gives each metric columns of its own in a data point, within the 20 that there are', () => {
    const columns = names.flatMap((name) => {
      const { column } = metricOf(name);
      return typeof column === 'object' ? [...new Set(Object.values(column))] : (column ?? []);
    });
    expect(new Set(columns).size).toBe(columns.length);
    for (const column of columns) expect(column).toMatch(/^(blob|double)([1-9]|1\d|20)$/);
  });
});
