import { type Runtime, type RuntimeOptions, startRuntime } from '../runtime/runtime.ts';
import { expectConduct } from './conduct.ts';
import { type Answer, type Sent, send } from './http.ts';
import { Person, type Tokens } from './person.ts';

type Body = string | Buffer | Record<string, string>;

/** A running Worker, somebody with an account, a session and tokens, and a judge of every answer. */
export interface Stand {
  runtime: Runtime;
  url: string;
  person: Person;
  tokens: Tokens;
  /** Whatever must be in no error and in no log. */
  secrets: Set<string>;
  /**
   * Asks for a path of the issuer, or an address of it. The answer has passed `expectConduct`.
   * @param by with whose cookies; by default nobody's
   */
  ask(path: string, sent?: Sent, by?: Person): Promise<Answer>;
  /** Posts a body, or a form of these fields, as a page of the issuer's own would. */
  post(path: string, body: Body, sent?: Sent, by?: Person): Promise<Answer>;
}

export async function setUp(options: RuntimeOptions = {}): Promise<Stand> {
  const runtime = await startRuntime(options);
  const { url } = runtime;
  const person = new Person(url);
  await person.signUp();
  const tokens = await person.tokens();
  const secrets = new Set([person.password, ...person.browser.cookies.values(), ...Object.values(tokens)]);

  const ask: Stand['ask'] = async (path, sent = {}, by) => {
    const address = path.startsWith('/') ? url + path : path;
    const answer = by ? await by.browser.send(address, sent) : await send(address, sent);
    expectConduct(answer, secrets, sent.method);
    return answer;
  };
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Origin: url,
    Accept: 'text/html',
  };
  const post: Stand['post'] = (path, fields, sent = {}, by) => {
    const body =
      typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : new URLSearchParams(fields).toString();
    return ask(path, { ...sent, method: 'POST', headers: { ...headers, ...sent.headers }, body }, by);
  };
  return { runtime, url, person, tokens, secrets, ask, post };
}

/** Nothing of what was secret in a run, and nothing that was not foreseen, may be in its log. */
export function logFault({ runtime, secrets }: Stand): string | undefined {
  const logs = runtime.logs();
  for (const secret of secrets) if (logs.includes(secret)) return `the log holds a secret: ${secret}`;
  // The shapes of tokens too, for those that only the Worker saw.
  return /.*(pc_[a-z]{2}_|eyJ[\w-]{20}|unexpected|Uncaught|gate\.failed).*/.exec(logs)?.[0];
}
