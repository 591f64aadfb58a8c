import type { WorkerDefinition } from '../runtime/runtime.ts';
import { type Answer, send } from './http.ts';

const NAME = 'portcullis-demo-origin';

/** In the place of the demo's origin: it answers everything, and remembers all that reached it. */
export const recorder: WorkerDefinition = {
  name: NAME,
  exposed: true,
  script: `
    const received = [];
    export default {
      async fetch(request) {
        const { pathname, search } = new URL(request.url);
        if (pathname === '/received') return Response.json(received.splice(0));
        const headers = Object.fromEntries(request.headers);
        received.push({ method: request.method, target: pathname + search, headers, body: await request.text() });
        return new Response('from the origin', { headers: { 'Set-Cookie': 'of-the-origin=1; Path=/' } });
      },
    };`,
};

export interface Received {
  method: string;
  /** Path and query. */
  target: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
}

/** What reached the recorder since the last call. @param urls the runtime's */
export const received = async (urls: Record<string, string>): Promise<Received[]> =>
  JSON.parse((await send(`${urls[NAME]}/received`)).text) as Received[];

/** Whether the recorder gave this answer, an answer to HEAD included. */
export const isFromOrigin = ({ headers }: Answer): boolean =>
  headers.getSetCookie().some((line) => line.startsWith('of-the-origin='));
