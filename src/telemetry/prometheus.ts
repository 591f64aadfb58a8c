import { catalogue, type Labels, type MetricName, metricOf } from './catalogue.ts';
import { BUCKETS, type MemoryMetrics, type Series } from './memory-metrics.ts';

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

// The text exposition format, version 0.0.4: a help text escapes backslash and line feed, a label's value the quote too.
const helpText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const labelValue = (text: string): string => helpText(text).replaceAll('"', '\\"');

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelValue(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}

/** A histogram's buckets are cumulative, and the last one, +Inf, holds all. */
function* histogram(name: MetricName, { labels, value, buckets = [] }: Series): Generator<string> {
  let below = 0;
  for (const [index, bound] of [...BUCKETS.map(String), '+Inf'].entries()) {
    below += buckets[index] ?? 0;
    yield sample(`${name}_bucket`, { ...labels, le: bound }, below);
  }
  yield sample(`${name}_sum`, labels, value);
  yield sample(`${name}_count`, labels, below);
}

/** What was counted, as Prometheus reads it. */
export function exposition(metrics: Pick<MemoryMetrics, 'series'>): string {
  const lines: string[] = [];
  for (const name of Object.keys(catalogue) as MetricName[]) {
    const { kind, help } = metricOf(name);
    lines.push(`# HELP ${name} ${helpText(help)}`, `# TYPE ${name} ${kind}`);
    for (const series of metrics.series(name)) {
      if (kind === 'histogram') lines.push(...histogram(name, series));
      else lines.push(sample(name, series.labels, series.value));
    }
  }
  return `${lines.join('\n')}\n`;
}
