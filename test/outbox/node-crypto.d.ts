// A second implementation of HMAC beside Web Crypto's, to verify with.
declare module 'node:crypto' {
  interface Hmac {
    update(data: string): Hmac;
    digest(encoding: 'base64'): string;
  }
  export function createHmac(algorithm: 'sha256', key: Uint8Array): Hmac;
}

export {};
