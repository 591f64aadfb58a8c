import { AppPerson } from '../workerd/app-person.ts';

/** What the edge says of where a request comes from, and the browser of itself. */
export interface From {
  country: string;
  city: string;
  asn: number;
  latitude: string;
  longitude: string;
  userAgent: string;
  address?: string;
}

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

const berlin = { country: 'DE', city: 'Berlin', asn: 3320, latitude: '52.52', longitude: '13.40' };
const warsaw = { country: 'PL', city: 'Warsaw', asn: 5617, latitude: '52.23', longitude: '21.01' };
const lima = { country: 'PE', city: 'Lima', asn: 6147, latitude: '-12.05', longitude: '-77.04' };

export const places = {
  home: { ...berlin, userAgent: firefox },
  train: { ...warsaw, userAgent: firefox },
  vpn: { ...lima, userAgent: firefox },
  phone: { ...berlin, userAgent: safari },
  thief: { ...lima, userAgent: chrome },
} satisfies Record<string, From>;

const sentFrom = (init: RequestInit, { userAgent, address, ...cf }: From): RequestInit => {
  const headers = new Headers(init.headers);
  headers.set('User-Agent', userAgent);
  if (address !== undefined) headers.set('CF-Connecting-IP', address);
  return { ...init, headers, cf } as RequestInit;
};

/** Somebody with a browser, somewhere. */
export class Traveller extends AppPerson {
  at: From = places.home;

  override send(path: string, init: RequestInit): Promise<Response> {
    return super.send(path, sentFrom(init, this.at));
  }

  /** A copy of all that this browser keeps, in another one somewhere else. */
  copiedTo(at: From): Traveller {
    const copy = new Traveller(this.email);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    copy.at = at;
    return copy;
  }

  /** The same person in a browser that nobody has used yet. */
  elsewhere(at: From): Traveller {
    const other = new Traveller(this.email);
    other.at = at;
    return other;
  }

  async signedIn(): Promise<this> {
    await this.signUp();
    await this.login();
    return this;
  }
}
