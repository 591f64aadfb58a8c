import type { Circumstances } from '../../core/gate/decision.ts';

/** Reads a header when it is asked for it: most requests need few of them. */
class RequestCircumstances implements Circumstances {
  readonly method: string;
  readonly #headers: Headers;

  constructor({ method, headers }: Request) {
    this.method = method;
    this.#headers = headers;
  }

  get requestedMethod() {
    return this.#headers.get('Access-Control-Request-Method');
  }
  get upgrade() {
    return this.#headers.get('Upgrade');
  }
  get accept() {
    return this.#headers.get('Accept');
  }
  get origin() {
    return this.#headers.get('Origin');
  }
  get fetchSite() {
    return this.#headers.get('Sec-Fetch-Site');
  }
  get fetchMode() {
    return this.#headers.get('Sec-Fetch-Mode');
  }
  get fetchDest() {
    return this.#headers.get('Sec-Fetch-Dest');
  }
}

/** What of a request tells how it came about. */
export const circumstancesOf = (request: Request): Circumstances => new RequestCircumstances(request);
