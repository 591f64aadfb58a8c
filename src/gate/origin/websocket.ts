import { keepVigil, type Vigil, type VigilEnd, vigilEnds, whyOver } from './vigil.ts';

type Data = string | ArrayBuffer;

/** RFC 6455 §7.4.1 and the IANA registry of close codes. */
const codes = { policyViolation: 1008, internalError: 1011, tryAgainLater: 1013, badGateway: 1014 };
const NO_STATUS = 1005;
/** Never sent (§7.4.1): the other side did not say goodbye. */
const unsaid = new Set([1004, 1006, 1015]);

/** An object that has not answered by then is unreachable. */
const PATIENCE_MILLISECONDS = 10_000;
/** What may wait for an answer, beside one message of whatever size: on a connection, and in all. An isolate has 128 MiB. */
const MAXIMUM_WAITING_BYTES = 16 * 1024 * 1024;
const MAXIMUM_WAITING_BYTES_IN_ALL = 48 * 1024 * 1024;
/** What an empty message takes, too. */
const MESSAGE_BYTES = 256;
let waitingInAll = 0;

/** What a message counts for: one of whatever size, and others beside it, may be on their way. */
function sizeOf(data: Data): number {
  const bytes = typeof data === 'string' ? data.length * 2 : data.byteLength;
  return Math.min(bytes + MESSAGE_BYTES, MAXIMUM_WAITING_BYTES / 2);
}

/**
 * Stands between a caller and its origin's WebSocket for as long as the caller may be there: 1008 then, to both sides;
 * 1011 when that cannot be found out. Messages, their order and kind, close codes and reasons are those of the other side.
 * @param response the origin's, with status 101
 */
export function relayed(response: Response, origin: WebSocket, vigil: Vigil): Response {
  const { 0: outside, 1: client } = new WebSocketPair();
  let over = false;
  /** What waits for an answer, in the order in which it came; absent when none is being asked for. */
  let waiting: (() => void)[] | undefined;
  let waitingBytes = 0;

  /** Nothing happens to a side that is closed already. */
  function close(side: WebSocket, code: number, reason: string): void {
    try {
      if (code === NO_STATUS) side.close();
      else side.close(code, reason);
    } catch {
      // A side may say 999 or bytes that are no text; it is gone all the same, and the other must not stay.
      side.close(codes.internalError, 'The other side closed in a way that cannot be passed on.');
    }
  }

  function release(bytes: number): void {
    waitingBytes -= bytes;
    waitingInAll -= bytes;
  }

  function end(code: number, reason: string): void {
    if (over) return;
    over = true;
    waiting = undefined;
    release(waitingBytes);
    stop();
    close(client, code, reason);
    close(origin, code, reason);
  }
  const endBy = (why: VigilEnd) =>
    end(why === 'unanswered' ? codes.internalError : codes.policyViolation, vigilEnds[why]);

  /** Asks until nothing waits. What comes while an answer is on its way waits for the next one. */
  async function ask(): Promise<void> {
    while (waiting && waiting.length > 0) {
      const batch = waiting;
      const bytes = waitingBytes;
      waiting = [];
      const why = await whyOver(vigil, PATIENCE_MILLISECONDS);
      if (over) return;
      if (why) return endBy(why);
      for (const step of batch) step();
      if (!over) release(bytes);
    }
    waiting = undefined;
  }

  function inTurn(bytes: number, step: () => void): void {
    if (!vigil.perMessage) {
      step();
    } else if (
      waitingBytes > 0 &&
      (waitingBytes + bytes > MAXIMUM_WAITING_BYTES || waitingInAll + bytes > MAXIMUM_WAITING_BYTES_IN_ALL)
    ) {
      end(codes.tryAgainLater, 'Too much at once.');
    } else {
      waitingBytes += bytes;
      waitingInAll += bytes;
      waiting?.push(step);
      if (waiting) return;
      waiting = [step];
      void ask();
    }
  }

  function send(to: WebSocket, data: Data): void {
    try {
      to.send(data);
    } catch {
      // It said goodbye or broke meanwhile: its own event tells.
    }
  }

  function connect(from: WebSocket, to: WebSocket, broken: { code: number; reason: string }): void {
    const endBroken = () => end(broken.code, broken.reason);
    from.binaryType = 'arraybuffer';
    from.addEventListener('message', ({ data }: MessageEvent) => {
      if (!over) inTurn(sizeOf(data), () => send(to, data));
    });
    from.addEventListener('close', ({ code, reason }) => {
      if (over) return;
      if (from.readyState === WebSocket.CLOSED && !unsaid.has(code)) {
        // The answer to the other side's goodbye: the connection is over with it, and nothing could wait any longer.
        stop();
        return close(to, code, reason);
      }
      inTurn(MESSAGE_BYTES, () => (unsaid.has(code) ? endBroken() : close(to, code, reason)));
    });
    from.addEventListener('error', () => {
      if (!over) inTurn(MESSAGE_BYTES, endBroken);
    });
    // The goodbye of one side is answered by the other, not by the runtime.
    from.accept({ allowHalfOpen: true });
  }

  const stop = keepVigil(vigil, endBy);
  connect(client, origin, { code: codes.internalError, reason: 'The connection of the caller broke.' });
  connect(origin, client, { code: codes.badGateway, reason: 'The connection of the origin broke.' });
  return new Response(null, { status: 101, webSocket: outside, headers: response.headers });
}
