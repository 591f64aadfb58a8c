// What these tests use of a package that comes without types.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  interface Account {
    accountId: string;
    claims(): Promise<Record<string, unknown>>;
  }
  interface Configuration {
    clients: Record<string, unknown>[];
    cookies: { keys: string[] };
    features: Record<string, { enabled: boolean } & Record<string, unknown>>;
    claims?: Record<string, string[]>;
    ttl?: Record<string, number>;
    rotateRefreshToken?: boolean;
    findAccount?(context: unknown, accountId: string): Promise<Account>;
    issueRefreshToken?(): Promise<boolean>;
    fetch?(url: string, options: RequestInit & { dispatcher?: unknown }): Promise<Response>;
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): RequestListener;
  }
}
