import { catalogue, type Labels, type MetricName, metricOf } from './catalogue.ts';
import { type AnsweredRequest, type MetricsStore, statusClassOf } from './metrics.ts';

/** Upper bounds of the buckets of a latency, in seconds: from an isolate's memory to what people give up on. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** A configuration has hundreds of routes at most; beyond this something is wrong, and memory is not what pays for it. */
const MAXIMUM_SERIES = 5_000;

export interface Series {
  labels: Labels;
  /** Of a counter its count, of a histogram the sum in seconds. */
  value: number;
  /** Of a histogram: the observations in each bucket and, last, above all of them. Not added up. */
  buckets?: number[];
}

export interface MemoryMetrics extends MetricsStore {
  series(name: MetricName): Series[];
}

const labelNames = Object.fromEntries(
  (Object.keys(catalogue) as MetricName[]).map((name) => [name, Object.keys(metricOf(name).labels)]),
) as Record<MetricName, string[]>;

/** Everything that this isolate has counted since it started. For development: in production there are many isolates. */
export function memoryMetrics(): MemoryMetrics {
  const metrics = new Map<MetricName, Map<string, Series>>();
  let total = 0;

  /** The series of these labels; undefined when there are too many already. */
  function seriesOf(name: MetricName, labels: Labels): Series | undefined {
    const known = metrics.get(name) ?? new Map<string, Series>();
    metrics.set(name, known);
    let key = '';
    // In the catalogue's order, whoever counts.
    for (const label of labelNames[name]) key += `${labels[label] ?? ''}\u0000`;
    const found = known.get(key);
    if (found) return found;
    const isOwn = name === 'portcullis_telemetry_dropped_total';
    if (total >= MAXIMUM_SERIES && !isOwn) {
      count('portcullis_telemetry_dropped_total', { what: 'series' });
      return undefined;
    }
    total += 1;
    const made: Series = { labels, value: 0 };
    known.set(key, made);
    return made;
  }

  function count(name: MetricName, labels: Labels, by = 1): void {
    const series = seriesOf(name, labels);
    if (series) series.value += by;
  }

  function observe(name: MetricName, milliseconds: number, labels: Labels): void {
    const series = seriesOf(name, labels);
    if (!series) return;
    const seconds = milliseconds / 1000;
    series.buckets ??= Array.from({ length: BUCKETS.length + 1 }, () => 0);
    const found = BUCKETS.findIndex((bound) => seconds <= bound);
    const index = found < 0 ? BUCKETS.length : found;
    series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    series.value += seconds;
  }

  function close(request?: AnsweredRequest): void {
    if (!request) return;
    const { part, route, method, status, milliseconds } = request;
    count('portcullis_http_requests_total', { part, route, method, status: String(status) });
    observe('portcullis_http_request_duration_seconds', milliseconds, {
      part,
      route,
      status: statusClassOf(status),
    });
  }

  return {
    open: () => ({ count, observe, close }),
    series: (name) => [...(metrics.get(name)?.values() ?? [])],
  };
}
