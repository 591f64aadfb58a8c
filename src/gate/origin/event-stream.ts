import { keepVigil, type Vigil, vigilEnds, whyOver } from './vigil.ts';

/** What is sent for as long as somebody listens. */
const endless =
  /^(?:text\/event-stream|multipart\/x-mixed-replace|application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|json-seq|stream\+json|connect\+[\w.+-]+|grpc(?:-web)?(?:-text)?(?:\+[\w.+-]+)?))\s*(?:;|$)/i;

/** Whether an answer goes on until somebody ends it. */
export const isEndless = ({ body, headers }: Response): boolean =>
  body !== null && endless.test(headers.get('Content-Type') ?? '');

/** An object that has not answered by then is unreachable. */
const PATIENCE_MILLISECONDS = 10_000;

/** Lets a piece through when it was asked after it came whether it may. @param over ends it, also while nothing comes */
function gateEach(vigil: Vigil, over: AbortSignal): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    start(controller) {
      // A pipe would look at its signal with the next piece alone.
      over.addEventListener('abort', () => controller.error(over.reason));
    },
    async transform(piece, controller) {
      const why = await whyOver(vigil, PATIENCE_MILLISECONDS);
      if (why) throw new Error(vigilEnds[why]);
      controller.enqueue(piece);
    },
  });
}

/**
 * The same answer, for as long as its caller may have it. It breaks off then, and the request to the origin with it: what
 * is not whole must not look as if it were.
 */
export function endedWithSession(response: Response, vigil: Vigil): Response {
  const { readable, writable } = new IdentityTransformStream();
  const breaker = new AbortController();
  const { signal } = breaker;
  const stop = keepVigil(vigil, (why) => breaker.abort(new Error(vigilEnds[why])));
  const pieces = vigil.perMessage ? response.body?.pipeThrough(gateEach(vigil, signal)) : response.body;
  // How it ends is told to both sides by the streams themselves.
  pieces
    ?.pipeTo(writable, { signal })
    .catch(() => undefined)
    .finally(stop);
  return new Response(readable, response);
}
