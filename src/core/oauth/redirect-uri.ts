/** Scheme and address, port, and the rest of a loopback redirect URI (RFC 8252 §7.3). `localhost` is none: §8.3. */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/;

function withoutPort(uri: string): string | undefined {
  const [, address, port, rest] = LOOPBACK.exec(uri) ?? [];
  return address === undefined || Number(port ?? 80) > 65535 ? undefined : `${address}${rest}`;
}

/** What of a client says where it may be answered. */
interface Redirected {
  redirectUris: readonly string[];
  applicationType: 'web' | 'native';
  /** The gate's own client alone has it, for its callback on hosts that a pattern names. */
  isOwnRedirectUri?: ((uri: string) => boolean) | undefined;
}

/**
 * Whether a client may be answered at this address: compared exactly, byte for byte, since anything looser has been an
 * open redirect (RFC 9700 §4.1.3). Only a native app's loopback address may have another port than was registered: the
 * system hands it one when it begins (RFC 8252 §7.3).
 */
export function isRegisteredRedirectUri(
  { redirectUris, applicationType, isOwnRedirectUri }: Redirected,
  uri: string,
): boolean {
  if (redirectUris.includes(uri) || isOwnRedirectUri?.(uri)) return true;
  const place = applicationType === 'native' ? withoutPort(uri) : undefined;
  return place !== undefined && redirectUris.some((registered) => withoutPort(registered) === place);
}
