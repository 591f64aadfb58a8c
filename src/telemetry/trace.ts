import { newSpanId, newTraceId, parseTraceParent, type TraceParent } from './trace-context.ts';

/** Never an id of a person, a token, a path, a query or an address. */
export type Attributes = Record<string, string | number | boolean>;

/** The kinds of OpenTelemetry that there are here. */
export type SpanKind = 'internal' | 'server' | 'client';

export interface Span {
  spanId: string;
  parentId: string | undefined;
  name: string;
  kind: SpanKind;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | undefined;
  attributes: Attributes;
  failed: boolean;
}

/** What a request of somebody else's has to do with this one, where it is not trusted to be its parent. */
export type Link = Pick<TraceParent, 'traceId' | 'spanId'>;

/** The spans of one request. */
export interface Trace {
  traceId: string;
  link: Link | undefined;
  /** Undefined once there are too many, or all have been sent. */
  begin(name: string, kind: SpanKind, parentId: string | undefined): Span | undefined;
  /** Ends the trace. */
  take(): { spans: Span[]; dropped: number };
}

/** What may be made of a `traceparent`: see src/config/telemetry.ts. */
export type Incoming = 'ignore' | 'link' | 'continue';

/** A request is one call of an object or two. Beyond this it is something else, and the first ones say what. */
const MAXIMUM_SPANS = 64;

/**
 * Whether a request is traced, and as part of what. A stranger's word must not choose: it would fill the operator's store,
 * and put what is done here among the traces of somebody else.
 * @returns the parent's span id, if there is one
 */
export function beginTrace(
  header: string | null,
  { incoming, sampleRatio }: { incoming: Incoming; sampleRatio: number },
): { trace: Trace; parentId: string | undefined } | undefined {
  const parent = incoming === 'ignore' ? undefined : parseTraceParent(header);
  const continued = incoming === 'continue' ? parent : undefined;
  const sampled = continued ? continued.sampled : Math.random() < sampleRatio;
  if (!sampled) return undefined;
  const spans: Span[] = [];
  let dropped = 0;
  let over = false;
  const trace: Trace = {
    traceId: continued?.traceId ?? newTraceId(),
    link: continued ? undefined : parent,
    begin(name, kind, parentId) {
      if (over) return undefined;
      if (spans.length >= MAXIMUM_SPANS) {
        dropped += 1;
        return undefined;
      }
      const span: Span = {
        spanId: newSpanId(),
        parentId,
        name,
        kind,
        startedAt: Date.now(),
        endedAt: undefined,
        attributes: {},
        failed: false,
      };
      spans.push(span);
      return span;
    },
    take() {
      over = true;
      return { spans, dropped };
    },
  };
  return { trace, parentId: continued?.spanId };
}
