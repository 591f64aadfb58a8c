import type { CounterName, HistogramName, LabelsOf, Method, Part, StatusClass } from './catalogue.ts';

/** Where numbers go. Nothing of it throws, and nothing waits for it. */
export interface Metrics {
  /** @param by default 1 */
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  observe<Name extends HistogramName>(name: Name, milliseconds: number, labels: LabelsOf<Name>): void;
}

/** A request that has been answered. */
export interface AnsweredRequest {
  part: Part;
  /** The pattern, never the path. */
  route: string;
  method: Method;
  status: number;
  milliseconds: number;
  /** ISO 3166-1 alpha-2 as the edge has it, or ''. */
  country: string;
}

/** The numbers of one request, or of one run of an alarm. */
export interface Measurement extends Metrics {
  /** @param request absent for an alarm */
  close(request?: AnsweredRequest): void;
}

export interface MetricsStore {
  open(): Measurement;
}

export function statusClassOf(status: number): StatusClass {
  if (status < 200) return '1xx';
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}

/** Several at once. */
export function together(stores: readonly MetricsStore[]): MetricsStore {
  const [only] = stores;
  if (only && stores.length === 1) return only;
  return {
    open() {
      const open = stores.map((store) => store.open());
      return {
        count: (name, labels, by) => {
          for (const one of open) one.count(name, labels, by);
        },
        observe: (name, milliseconds, labels) => {
          for (const one of open) one.observe(name, milliseconds, labels);
        },
        close: (request) => {
          for (const one of open) one.close(request);
        },
      };
    },
  };
}
