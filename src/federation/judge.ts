import { ProviderUnavailable } from './provider-fetch.ts';

/** What is wrong, in oauth4webapi's own fixed words; its messages and causes quote the answer. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Whatever the library throws is the provider's fault here. @throws ProviderUnavailable */
export async function judge<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    throw new ProviderUnavailable('the provider does not keep to the protocol', { cause: error });
  }
}
