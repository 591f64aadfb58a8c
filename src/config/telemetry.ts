import * as v from 'valibot';
import type { Environment } from '../environment.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import type { Config } from './schema.ts';
import { absoluteUri } from './values.ts';

/**
 * What the Worker says of itself beside its errors. Numbers need no line here: they go to the binding METRICS where there
 * is one (`"analytics_engine_datasets": [{ "binding": "METRICS" }]` in wrangler.jsonc), and in development to GET /metrics.
 */
export const telemetry = v.optional(
  v.strictObject({
    /**
     * One line in the log for each request: method, pattern of the route, status, milliseconds. Default false. `npm start`
     * shows warnings and errors alone, not these.
     */
    accessLog: v.optional(v.boolean(), false),
    /** Where OpenTelemetry traces go. Default nowhere. Headers for it are in the secret PORTCULLIS_OTLP_HEADERS. */
    otlp: v.optional(
      v.strictObject({
        /** Of the traces of an OTLP/HTTP receiver that takes JSON, the whole address: https://.../v1/traces. */
        url: absoluteUri,
        /** The share of requests that are traced, 0 to 1. Each is one subrequest more, in the background. Default 0.1. */
        sampleRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.1),
        /**
         * What a caller's `traceparent` is: `link`, a trace that ours refers to; `ignore`, nothing; `continue`, the trace
         * that ours is part of, which decides whether it is sampled: only behind something of yours that sets it, since
         * strangers would choose what you store. Default `link`.
         */
        incoming: v.optional(v.picklist(['ignore', 'link', 'continue']), 'link'),
        /**
         * Whether origins get a `traceparent` of ours, in place of the caller's. Default false: they get what the caller
         * sent, and nothing of our traces.
         */
        propagate: v.optional(v.boolean(), false),
        /** `service.name` of the traces. Default `portcullis`. */
        serviceName: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)), 'portcullis'),
      }),
    ),
  }),
  {},
);

/**
 * The secret's headers, written as OTEL_EXPORTER_OTLP_HEADERS is (OpenTelemetry Protocol Exporter):
 * `Authorization=Bearer%20abc,X-Team=edge`.
 * @returns undefined when it is not of that form
 */
export function otlpHeaders(secret: string | undefined): Record<string, string> | undefined {
  const headers = new Headers();
  try {
    for (const pair of (secret ?? '').split(',').filter((one) => one.trim() !== '')) {
      const [, name, value] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined) return undefined;
      headers.set(name, decodeURIComponent(value.trim()));
    }
  } catch {
    return undefined;
  }
  return Object.fromEntries([...headers]);
}

/** What is wrong with the receiver of traces. The secret is not quoted. */
export function* telemetryFaults(
  { environment: kind, telemetry: { otlp } }: Pick<Config, 'environment' | 'telemetry'>,
  { PORTCULLIS_OTLP_HEADERS }: Pick<Environment, 'PORTCULLIS_OTLP_HEADERS'>,
): Generator<string> {
  if (!otlp) return;
  const fault = (kind === 'development' ? developmentAddressFault : addressFault)(otlp.url);
  if (fault) yield `telemetry.otlp.url: ${fault}`;
  if (otlpHeaders(PORTCULLIS_OTLP_HEADERS) === undefined)
    yield 'PORTCULLIS_OTLP_HEADERS: must be name=value pairs with commas between them, values percent-encoded';
}
