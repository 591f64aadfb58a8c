import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { seal, unseal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import { cookieName, cookieOptions } from './cookie.ts';

// What a browser is in the middle of lives in sealed cookies: nothing to store, nothing to clean up, and only the browser
// that began it can finish it. Each tab has one of its own, named by an id.

/** Removals in one answer: each is a header, and whoever planted hundreds of cookies must not make it too long. */
const MAXIMUM_REMOVED = 20;
const idForm = /^[A-Za-z0-9_-]{11}$/;

interface Kind {
  /** What their names begin with. */
  prefix: string;
  purpose: Parameters<typeof seal>[1];
  lifetimeSeconds: number;
  /** So many tabs at once. More cookies could outgrow what servers accept as headers. */
  maximum: number;
}

interface Begun {
  /** Milliseconds since the epoch. */
  startedAt: number;
}

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

/** @param options what is otherwise than with every cookie of ours; a function of nothing but the value kept. */
export function sealedCookies<T extends Begun>(
  { prefix, purpose, lifetimeSeconds, maximum }: Kind,
  options: (value: T) => CookieOptions = () => ({}),
) {
  return {
    /** Keeps a value; of too many the oldest go. @param id eleven characters of base64url */
    async keep(c: Context, { config, secrets }: Needs, id: string, value: T): Promise<void> {
      const begin = cookieName(config, prefix);
      const open: { name: string; startedAt: number }[] = [];
      for (const [name, sealed] of Object.entries(getCookie(c))) {
        if (!name.startsWith(begin) || name === begin + id) continue;
        const kept = await unseal<T>(secrets, purpose, sealed, Date.now());
        open.push({ name, startedAt: kept?.startedAt ?? 0 });
      }
      open.sort((a, b) => b.startedAt - a.startedAt);
      for (const { name } of open.slice(maximum - 1, maximum + MAXIMUM_REMOVED))
        deleteCookie(c, name, cookieOptions(config));
      const sealed = await seal(secrets, purpose, value, value.startedAt + lifetimeSeconds * 1000);
      const maxAge = lifetimeSeconds;
      setCookie(c, begin + id, sealed, { ...cookieOptions(config), maxAge, ...options(value) });
    },

    /** What this browser was given under the id, if that is not too long ago. */
    async read(c: Context, { config, secrets }: Needs, id: string | undefined): Promise<T | undefined> {
      if (id === undefined || !idForm.test(id)) return undefined;
      return unseal<T>(secrets, purpose, getCookie(c, cookieName(config, prefix) + id), Date.now());
    },

    end(c: Context, { config }: Pick<Needs, 'config'>, id: string): void {
      if (idForm.test(id)) deleteCookie(c, cookieName(config, prefix) + id, cookieOptions(config));
    },
  };
}
