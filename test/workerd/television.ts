import { Person, post } from './person.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628 §3.2. */
export interface Codes {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** A client without a browser. */
export const television = {
  ask: (form: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> =>
    post(
      '/oauth/device_authorization',
      { ...(headers.Authorization === undefined && { client_id: 'device' }), ...form },
      headers,
    ),
  codes: async (form: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Codes> =>
    (await (await television.ask(form, headers)).json()) as Codes,
  poll: (
    { device_code }: Pick<Codes, 'device_code'>,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    post(
      '/oauth/token',
      {
        grant_type: deviceGrant,
        device_code,
        ...(headers.Authorization === undefined && { client_id: 'device' }),
        ...form,
      },
      headers,
    ),
};

/** What a poll is told while there are no tokens. */
export const errorOf = async (response: Promise<Response>): Promise<unknown> =>
  ((await (await response).json()) as { error?: string }).error;

/** The hidden fields of the page's form. */
export const hiddenFields = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

/** A person who is signed in. */
export async function somebody(): Promise<Person> {
  const person = new Person();
  await person.signUp();
  return person;
}

/** Enters a code and reads the page that asks. */
export async function enter(person: Person, userCode: string) {
  const response = await person.submit('/device', { user_code: userCode });
  const html = await response.text();
  return { status: response.status, html, form: hiddenFields(html), headers: response.headers };
}

/** Enters a code, and decides on the page that asks. */
export async function decide(
  person: Person,
  userCode: string,
  decision: 'allow' | 'deny',
): Promise<Response> {
  const { form } = await enter(person, userCode);
  return person.submit('/device', { ...form, decision });
}
