/** `npm run example react` sets it. */
export const issuer: string = import.meta.env.VITE_PORTCULLIS_ISSUER ?? 'http://localhost:8787';
/** What the access token is for: behind the gate, on the issuer's host. */
export const api = `${issuer}/demo/api`;
