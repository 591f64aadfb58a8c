import { createHash } from 'node:crypto';

/** SHA-256 of UTF-8 text, base64url. Synchronous, so that an event is hashed in the transaction that causes it. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
