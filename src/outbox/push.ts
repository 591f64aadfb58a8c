import { boundedBytes } from '../http/bounded.ts';
import { inTime } from '../http/in-time.ts';
import type { DeliveryAnswer } from './receiver.ts';

/** From the first byte sent to the last byte read. A receiver that takes longer is asked again later. */
export const PUSH_TIMEOUT_MILLISECONDS = 10_000;
/** Of an answer that is read at all. */
const MAXIMUM_ANSWER_BYTES = 4 * 1024;

interface Push {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** The status of an answer whose body says more. Of every other answer not a byte is read. */
  readOf?: number;
}

export interface PushAnswer {
  status: number;
  /** Empty unless it was to be read. */
  text: string;
}

async function post({ url, headers, body, readOf }: Push): Promise<PushAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'User-Agent': 'Portcullis' },
    body,
    // Where it leads, nobody has checked.
    redirect: 'manual',
    signal: AbortSignal.timeout(PUSH_TIMEOUT_MILLISECONDS),
  });
  const { status } = response;
  if (status === readOf) {
    return {
      status,
      text: new TextDecoder().decode(await boundedBytes(response.body, MAXIMUM_ANSWER_BYTES)),
    };
  }
  await response.body?.cancel();
  return { status, text: '' };
}

/** Sends a message to a receiver and has the answer judged. Without an answer in time it is to be tried again. */
export async function push(
  message: Push,
  judge: (answer: PushAnswer) => DeliveryAnswer,
): Promise<DeliveryAnswer> {
  try {
    const answer = await inTime(post(message), PUSH_TIMEOUT_MILLISECONDS);
    return answer ? judge(answer) : { kind: 'later', reason: 'took too long' };
  } catch (error) {
    return { kind: 'later', reason: error instanceof Error ? error.name : 'no answer' };
  }
}
