import { AsyncLocalStorage } from 'node:async_hooks';
import type { CounterName, HistogramName, LabelsOf, ObjectClass, Part } from './catalogue.ts';
import type { Measurement } from './metrics.ts';
import type { Span, SpanKind, Trace } from './trace.ts';
import { writeTraceParent } from './trace-context.ts';

// What is recorded while a request is answered, or an alarm runs. Where nothing is to be recorded there is no recording,
// and everything here comes down to one look for it.

export interface Recording {
  measurement: Measurement | undefined;
  trace: Trace | undefined;
  /** Origins are told which trace they are part of. */
  propagate: boolean;
  /** What is known by now of who answers. */
  part: Part;
  route: string;
}

/** A recording, and the span that whatever happens now is part of. */
interface Scope {
  recording: Recording;
  span: Span | undefined;
}

const storage = new AsyncLocalStorage<Scope>();

export const record = <T>(recording: Recording, span: Span | undefined, use: () => T): T =>
  storage.run({ recording, span }, use);

/** Counts, where anybody wants to know. */
export function count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void {
  storage.getStore()?.recording.measurement?.count(name, labels, by);
}

export function observe<Name extends HistogramName>(
  name: Name,
  milliseconds: number,
  labels: LabelsOf<Name>,
): void {
  storage.getStore()?.recording.measurement?.observe(name, milliseconds, labels);
}

/** Says which route answers, by its pattern. */
export function noteRoute(part: Part, route: string): void {
  const scope = storage.getStore();
  if (!scope) return;
  scope.recording.part = part;
  scope.recording.route = route;
}

/** Does `use` as a part of the request that has a name. */
export function inSpan<T>(name: string, kind: SpanKind, use: () => Promise<T>): Promise<T> {
  const scope = storage.getStore();
  const span = scope?.recording.trace?.begin(name, kind, scope.span?.spanId);
  // Not a promise more than without all this.
  return scope && span ? traced(scope.recording, span, use) : use();
}

async function traced<T>(recording: Recording, span: Span, use: () => Promise<T>): Promise<T> {
  try {
    return await storage.run({ recording, span }, use);
  } catch (error) {
    span.failed = true;
    throw error;
  } finally {
    span.endedAt = Date.now();
  }
}

/**
 * Tells an origin which trace its request is part of, where the operator wants that. What the caller said of it does not
 * reach the origin then: it would be followed there for ours.
 */
export function propagateTrace(headers: Headers): void {
  const scope = storage.getStore();
  if (!scope?.recording.propagate) return;
  headers.delete('traceparent');
  headers.delete('tracestate');
  const { trace } = scope.recording;
  if (trace && scope.span)
    headers.set('traceparent', writeTraceParent({ ...trace, spanId: scope.span.spanId, sampled: true }));
}

/** Watches one call of an object. */
export interface CallWatch {
  /** The stub, such that the span is named by the method that is called. */
  stub<S extends object>(stub: S): S;
  retried(): void;
  answered(): void;
  gaveUp(overloaded: boolean): void;
}

function named<S extends object>(stub: S, name: (method: string) => void): S {
  return new Proxy(stub, {
    get: (target, method) => {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      name(String(method));
      return (...parameters: unknown[]) => Reflect.apply(value, target, parameters);
    },
  });
}

/** @returns undefined where nobody wants to know */
export function watchCall(object: ObjectClass): CallWatch | undefined {
  const scope = storage.getStore();
  if (!scope) return undefined;
  const { measurement, trace } = scope.recording;
  const startedAt = Date.now();
  // OpenTelemetry, semantic conventions for RPC: service and method.
  const span = trace?.begin(object, 'client', scope.span?.spanId);
  let retries = 0;
  const over = (outcome: 'answered' | 'overloaded' | 'unavailable') => {
    const endedAt = Date.now();
    measurement?.count('portcullis_object_calls_total', { object, outcome });
    measurement?.observe('portcullis_object_call_duration_seconds', endedAt - startedAt, { object });
    if (!span) return;
    span.endedAt = endedAt;
    span.failed = outcome !== 'answered';
    span.attributes = {
      ...span.attributes,
      'rpc.service': object,
      'portcullis.outcome': outcome,
      'portcullis.retries': retries,
    };
  };
  return {
    stub: (stub) => {
      if (!span) return stub;
      return named(stub, (method) => {
        span.name = `${object}/${method}`;
        span.attributes['rpc.method'] = method;
      });
    },
    retried: () => {
      retries += 1;
      measurement?.count('portcullis_object_retries_total', { object });
    },
    answered: () => over('answered'),
    gaveUp: (overloaded) => over(overloaded ? 'overloaded' : 'unavailable'),
  };
}
