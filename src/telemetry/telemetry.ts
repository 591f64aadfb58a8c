import { waitUntil } from 'cloudflare:workers';
import { configOf } from '../config/configured.ts';
import type { Config } from '../config/schema.ts';
import { otlpHeaders } from '../config/telemetry.ts';
import type { Environment } from '../environment.ts';
import { report } from '../report.ts';
import { requestIdOf } from '../request/context.ts';
import { analyticsEngine } from './analytics-engine.ts';
import { type Method, methods } from './catalogue.ts';
import { log } from './log.ts';
import { type MemoryMetrics, memoryMetrics } from './memory-metrics.ts';
import { type AnsweredRequest, type MetricsStore, together } from './metrics.ts';
import { type OtlpExporter, otlpExporter } from './otlp.ts';
import { type Recording, record } from './recording.ts';
import { beginTrace, type Span, type Trace } from './trace.ts';

/** Records what the Worker does: numbers, traces, and a line for each request, each where it is wanted. */
export interface Telemetry {
  /** Answers a request. Whatever goes wrong in telemetry changes nothing of the answer. */
  forRequest(request: Request, answer: () => Promise<Response>): Promise<Response>;
  /** Runs an object's alarm. */
  forAlarm<T>(run: () => Promise<T>): Promise<T>;
  /** What GET /metrics shows; in development alone. */
  memory: MemoryMetrics | undefined;
}

/** Nothing of a request's own words is told: methods are made up as well. */
const methodOf = (method: string): Method => methods.find((one) => one === method) ?? 'other';

const countryOf = ({ cf }: Request): string => {
  const country: unknown = cf?.country;
  return typeof country === 'string' && /^[A-Z][A-Z0-9]$/.test(country) ? country : '';
};

const notRecorded = (error: unknown): void => report('telemetry.failed', error);

interface Parts {
  accessLog: boolean;
  store: MetricsStore | undefined;
  memory: MemoryMetrics | undefined;
  otlp: (NonNullable<Config['telemetry']['otlp']> & { exporter: OtlpExporter }) | undefined;
}

function partsOf(config: Config, environment: Environment): Parts {
  const { METRICS } = environment;
  const memory = config.environment === 'development' ? memoryMetrics() : undefined;
  const stores = [...(memory ? [memory] : []), ...(METRICS ? [analyticsEngine(METRICS, notRecorded)] : [])];
  const { accessLog, otlp } = config.telemetry;
  return {
    accessLog,
    memory,
    store: stores.length > 0 ? together(stores) : undefined,
    otlp: otlp && {
      ...otlp,
      exporter: otlpExporter({
        url: otlp.url,
        headers: otlpHeaders(environment.PORTCULLIS_OTLP_HEADERS) ?? {},
        resource: { 'service.name': otlp.serviceName, 'deployment.environment.name': config.environment },
      }),
    },
  };
}

/** Sends what was traced, in the background. */
function exportTrace(trace: Trace, recording: Recording, { exporter }: NonNullable<Parts['otlp']>): void {
  const { spans, dropped } = trace.take();
  const { measurement } = recording;
  if (dropped > 0) measurement?.count('portcullis_telemetry_dropped_total', { what: 'spans' }, dropped);
  const { traceId, link } = trace;
  waitUntil(
    exporter.send({ traceId, link, spans, endedAt: Date.now() }).then((taken) => {
      if (!taken) memoryDropped(recording);
    }),
  );
}

/** The data point of the request is written by then: only what is kept in memory still hears of it. */
const memoryDropped = ({ measurement }: Recording): void =>
  measurement?.count('portcullis_telemetry_dropped_total', { what: 'export' });

function describe(root: Span, about: AnsweredRequest, requestId: string): void {
  root.name = `${about.method} ${about.route}`;
  root.endedAt = root.startedAt + about.milliseconds;
  root.failed = about.status >= 500;
  // OpenTelemetry, semantic conventions for HTTP.
  root.attributes = {
    'http.request.method': about.method,
    'http.route': about.route,
    'http.response.status_code': about.status,
    'portcullis.part': about.part,
    'portcullis.request_id': requestId,
  };
}

function create({ accessLog, store, memory, otlp }: Parts): Telemetry | undefined {
  if (!accessLog && !store && !otlp) return undefined;

  /** Undefined when it does not work. */
  function begin(request: Request) {
    try {
      const begun = otlp && beginTrace(request.headers.get('traceparent'), otlp);
      const recording: Recording = {
        measurement: store?.open(),
        trace: begun?.trace,
        propagate: otlp?.propagate ?? false,
        part: 'none',
        route: 'none',
      };
      const root = begun?.trace.begin('request', 'server', begun.parentId);
      return { recording, root, startedAt: Date.now() };
    } catch (error) {
      notRecorded(error);
      return undefined;
    }
  }

  function end(request: Request, status: number, begun: NonNullable<ReturnType<typeof begin>>): void {
    const { recording, root, startedAt } = begun;
    const { part, route, measurement, trace } = recording;
    const about: AnsweredRequest = {
      part,
      route,
      status,
      method: methodOf(request.method),
      milliseconds: Date.now() - startedAt,
      country: countryOf(request),
    };
    try {
      const { method, milliseconds } = about;
      if (accessLog) log('info', 'request.answered', { part, route, method, status, milliseconds });
      if (root) describe(root, about, requestIdOf(request));
      if (trace && otlp) exportTrace(trace, recording, otlp);
      measurement?.close(about);
    } catch (error) {
      notRecorded(error);
    }
  }

  return {
    memory,
    async forRequest(request, answer) {
      const begun = begin(request);
      if (!begun) return answer();
      // Who is not answered by the Worker's own parts is answered by src/index.ts.
      let status = 503;
      try {
        const response = await record(begun.recording, begun.root, answer);
        ({ status } = response);
        return response;
      } finally {
        end(request, status, begun);
      }
    },
    async forAlarm(run) {
      if (!store) return run();
      const measurement = store.open();
      const recording: Recording = {
        measurement,
        trace: undefined,
        propagate: false,
        part: 'none',
        route: 'alarm',
      };
      try {
        return await record(recording, undefined, run);
      } finally {
        measurement.close();
      }
    },
  };
}

// One for each configuration, which an isolate has one of: the Worker and the objects beside it count together.
const made = new WeakMap<Config, { telemetry: Telemetry | undefined }>();

/** @returns undefined where nothing is recorded: no store, no receiver of traces, no line for each request */
export function telemetryOf(config: Config, environment: Environment): Telemetry | undefined {
  const known = made.get(config) ?? { telemetry: create(partsOf(config, environment)) };
  made.set(config, known);
  return known.telemetry;
}

/** Runs an object's alarm such that what it does is counted. */
export function countedAlarm<T>(environment: Environment, run: () => Promise<T>): Promise<T> {
  const telemetry = telemetryOf(configOf(environment), environment);
  return telemetry ? telemetry.forAlarm(run) : run();
}
