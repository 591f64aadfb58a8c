import type { OutgoingHttpHeaders } from 'node:http';
import { type Answer, locationOf, type Sent, send } from './http.ts';

const navigation = {
  Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-User': '?1',
};

const MAXIMUM_REDIRECTS = 10;

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decoded = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name] ?? '');

/** The attributes of one tag. */
function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of tag.matchAll(/([\w-]+)(?:="([^"]*)")?/g)) {
    attributes.set(name.toLowerCase(), decoded(value));
  }
  return attributes;
}

/** Whether an attribute of a cookie takes it away (RFC 6265 §5.2). */
const isRemoval = (attribute: string): boolean =>
  /^max-age=0$/i.test(attribute) ||
  (/^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now());

export interface Form {
  method: string;
  action: string;
  /** Every named field with its value, the hidden ones and the first button among them. */
  fields: Record<string, string>;
  /** The boxes that are not ticked, by their names: they are sent once somebody ticks them. */
  boxes: string[];
}

/** The forms of a page. */
export function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head = '', inside = '']) => {
    const attributes = attributesOf(head);
    const fields: Record<string, string> = {};
    const boxes: string[] = [];
    // Of several buttons with a name the first: what Enter presses.
    for (const [, tag = ''] of inside.matchAll(/<(?:input|button)\b([^>]*)>/g)) {
      const input = attributesOf(tag);
      const name = input.get('name');
      if (name === undefined) continue;
      if (input.get('type') === 'checkbox' && !input.has('checked')) boxes.push(name);
      else fields[name] ??= input.get('value') ?? '';
    }
    return {
      method: attributes.get('method') ?? 'get',
      action: attributes.get('action') ?? '',
      fields,
      boxes,
    };
  });
}

/** A browser without a screen: cookies, pages, links and forms. It knows one site; cookies go to all of it. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** The page it shows. */
  page: Answer = { url: 'about:blank', status: 0, headers: new Headers(), text: '' };

  /** Sends one request with the cookies, and keeps the cookies of the answer. */
  async send(url: string, sent: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers: OutgoingHttpHeaders = { ...sent.headers, ...(cookie && { Cookie: cookie }) };
    const answer = await send(url, { ...sent, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (attributes.some(isRemoval)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  async #navigate(url: string, sent: Sent): Promise<Answer> {
    this.page = await this.send(url, sent);
    for (let redirects = 0; this.page.status >= 300 && this.page.status < 400; redirects += 1) {
      if (redirects === MAXIMUM_REDIRECTS) throw new Error(`redirected in circles: ${this.page.url}`);
      this.page = await this.send(locationOf(this.page), { headers: { ...sent.headers, ...navigation } });
    }
    // HTML, "shared declarative refresh steps": the page goes on by itself, as if somebody had followed a link.
    const onward = /^0; url=(.+)$/.exec(this.page.headers.get('Refresh') ?? '')?.[1];
    if (onward !== undefined)
      return this.#navigate(onward, { headers: { ...navigation, 'Sec-Fetch-Site': 'cross-site' } });
    return this.page;
  }

  /** Types an address, follows redirects, shows the page. */
  open(url: string): Promise<Answer> {
    return this.#navigate(url, { headers: { ...navigation, 'Sec-Fetch-Site': 'none' } });
  }

  /** Clicks the link with this text. */
  follow(text: string): Promise<Answer> {
    const link = [...this.page.text.matchAll(/<a\b([^>]*)>(.*?)<\/a>/gs)].find(
      ([, , label]) => label === text,
    );
    if (!link) throw new Error(`no link "${text}" on ${this.page.url}`);
    const href = attributesOf(link[1] ?? '').get('href') ?? '';
    return this.#navigate(new URL(href, this.page.url).href, {
      headers: { ...navigation, 'Sec-Fetch-Site': 'same-origin' },
    });
  }

  /** How the form of the page that goes to `action` would be sent, with what is typed into it. */
  filled(action: string, typed: Record<string, string> = {}): Sent & { url: string } {
    const form = formsOf(this.page.text).find((candidate) => candidate.action === action);
    if (!form) throw new Error(`no form to ${action} on ${this.page.url}`);
    for (const name of Object.keys(typed)) {
      if (!(name in form.fields) && !form.boxes.includes(name))
        throw new Error(`no field ${name} in the form to ${action}`);
    }
    return {
      url: new URL(action, this.page.url).href,
      method: form.method.toUpperCase(),
      headers: {
        ...navigation,
        'Content-Type': 'application/x-www-form-urlencoded',
        Origin: new URL(this.page.url).origin,
        'Sec-Fetch-Site': 'same-origin',
      },
      body: new URLSearchParams({ ...form.fields, ...typed }).toString(),
    };
  }

  /** Sends that form, follows redirects, shows the page. */
  submit(action: string, typed: Record<string, string> = {}): Promise<Answer> {
    const { url, ...sent } = this.filled(action, typed);
    return this.#navigate(url, sent);
  }
}
