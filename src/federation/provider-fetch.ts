import { addressFault, developmentAddressFault } from '../config/address.ts';
import type { Config } from '../config/schema.ts';
import { boundedBytes } from '../http/bounded.ts';
import { inTime } from '../http/in-time.ts';

/** The provider gave no answer that could be judged. Its message holds nothing of what came. */
export class ProviderUnavailable extends Error {
  override name = 'ProviderUnavailable';
}

/** From the first byte sent to the last byte read. */
export const PROVIDER_TIMEOUT_MILLISECONDS = 5_000;
const MAXIMUM_BYTES = 128 * 1024;
/** All that anybody reads of an answer's headers. */
const headersRead = ['Content-Type', 'WWW-Authenticate'];

interface ProviderRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: URLSearchParams | null | undefined;
  /** Ends it sooner. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes a fetch whose answers are read whole, within bounds: no redirect is followed (where it leads, nobody has checked),
 * nothing is longer or takes longer than it may. Made for oauth4webapi, which bounds nothing itself.
 * @throws ProviderUnavailable where nobody answers so, and for an answer that only says "later".
 */
export function providerFetch(environment: Config['environment']) {
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;

  async function read(url: string, { signal, ...init }: ProviderRequest): Promise<Response> {
    const timeout = AbortSignal.timeout(PROVIDER_TIMEOUT_MILLISECONDS);
    const response = await fetch(url, {
      ...init,
      body: init.body ?? null,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const { status } = response;
    if ((status >= 300 && status < 400) || status >= 500 || status === 429) {
      await response.body?.cancel();
      throw new ProviderUnavailable(`status ${status}`);
    }
    const bytes = await boundedBytes(response.body, MAXIMUM_BYTES);
    const type = response.headers.get('Content-Type') ?? '';
    if (status === 200 && bytes.length > 0 && !/^application\/(?:[\w.-]+\+)?(?:json|jwt)\b/i.test(type))
      throw new ProviderUnavailable('an answer that is no JSON');
    const headers = new Headers();
    for (const name of headersRead) {
      const value = response.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    return new Response(bytes.length > 0 ? bytes : null, { status, headers });
  }

  return async (url: string, request: ProviderRequest): Promise<Response> => {
    const fault = faultOf(url);
    if (fault) throw new ProviderUnavailable(`the address ${fault}`);
    const response = await inTime(read(url, request), PROVIDER_TIMEOUT_MILLISECONDS).catch(
      (error: unknown) => {
        throw error instanceof ProviderUnavailable
          ? error
          : new ProviderUnavailable('the provider gave no answer', { cause: error });
      },
    );
    if (!response) throw new ProviderUnavailable('the provider took too long');
    return response;
  };
}
