// W3C Trace Context (Recommendation), §3.2: the header traceparent.

export interface TraceParent {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** What a caller says that its request is part of; undefined for what is none. */
export function parseTraceParent(header: string | null): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = form.exec(header ?? '') ?? [];
  // §3.2.2.1: ff is invalid; only versions that are not known yet may have more parts (§4.3).
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  // §3.2.2.3, §3.2.2.4: all zeroes is no id.
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const writeTraceParent = ({ traceId, spanId, sampled }: TraceParent): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

export const newTraceId = (): string => randomHex(16);
export const newSpanId = (): string => randomHex(8);
