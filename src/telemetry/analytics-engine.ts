import { type Labels, type MetricName, metricOf } from './catalogue.ts';
import { type AnsweredRequest, type MetricsStore, statusClassOf } from './metrics.ts';

// Workers Analytics Engine (developers.cloudflare.com/analytics/analytics-engine/limits, November 2026): a data point has at
// most 20 blobs of 16 KB together, 20 doubles and one index of 96 bytes; an invocation may write 250 of them. One is
// written for each, so the last bound is never near.

const BLOBS = 12;
const DOUBLES = 15;
const MAXIMUM_INDEX_BYTES = 96;
/** Routes are the operator's and have no bound of their own. */
const MAXIMUM_BLOB_CHARACTERS = 200;

/** What is sampled evenly: a route that is rarely used is not lost among those that are used often. */
function indexOf(route: string): string {
  const bytes = new TextEncoder().encode(route);
  if (bytes.length <= MAXIMUM_INDEX_BYTES) return route;
  // Not in the middle of a character: what is left of that is dropped.
  return new TextDecoder().decode(bytes.subarray(0, MAXIMUM_INDEX_BYTES - 3)).replace(/\uFFFD+$/, '');
}

/** Blobs 1 to 8, and double 1. */
function blobsOf(request: AnsweredRequest | undefined): string[] {
  if (!request) return ['alarm', 'none', 'alarm'];
  const { part, route, method, status, country } = request;
  return ['request', part, route, method, String(status), statusClassOf(status), country, ''];
}

/** Adds a number, or an outcome, to the columns that the catalogue has for a metric. */
function place(
  { blobs, doubles }: { blobs: string[]; doubles: number[] },
  name: MetricName,
  labels: Labels,
  by: number,
): void {
  const { column } = metricOf(name);
  const chosen = typeof column === 'object' ? column[labels.outcome ?? ''] : column;
  const [, kind, number] = /^(blob|double)(\d+)$/.exec(chosen ?? '') ?? [];
  if (number === undefined) return;
  const index = Number(number) - 1;
  if (kind === 'double') doubles[index] = (doubles[index] ?? 0) + by;
  else blobs[index] = Object.values(labels).filter(Boolean).join(':');
}

/** One data point for each request, and for each run of an alarm. The layout is in docs/operations.md. */
export function analyticsEngine(
  dataset: Pick<AnalyticsEngineDataset, 'writeDataPoint'>,
  failed: (error: unknown) => void,
): MetricsStore {
  return {
    open() {
      const point = {
        blobs: Array.from({ length: BLOBS }, () => ''),
        doubles: Array.from({ length: DOUBLES }, () => 0),
      };
      return {
        count: (name: MetricName, labels: Labels, by = 1) => place(point, name, labels, by),
        observe: (name: MetricName, milliseconds: number, labels: Labels) =>
          place(point, name, labels, milliseconds),
        close(request) {
          // An alarm that had nothing to deliver.
          if (!request && point.doubles.every((sum) => sum === 0)) return;
          const about = blobsOf(request);
          const blobs = point.blobs.map((blob, index) =>
            (about[index] || blob).slice(0, MAXIMUM_BLOB_CHARACTERS),
          );
          const doubles = [request?.milliseconds ?? 0, ...point.doubles.slice(1)];
          try {
            dataset.writeDataPoint({ indexes: [indexOf(request?.route ?? 'alarm')], blobs, doubles });
          } catch (error) {
            failed(error);
          }
        },
      };
    },
  };
}
