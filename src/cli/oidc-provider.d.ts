// What is used of a package that comes without types.
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  interface Account {
    accountId: string;
    claims(): Promise<Record<string, unknown>>;
  }
  interface GrantContext {
    oidc: {
      client: { clientId: string };
      session: { accountId: string };
      provider: Provider;
    };
  }
  interface Configuration {
    clients: Record<string, unknown>[];
    cookies: { keys: string[] };
    features: Record<string, { enabled: boolean } & Record<string, unknown>>;
    claims?: Record<string, string[]>;
    ttl?: Record<string, number>;
    jwks?: { keys: Record<string, unknown>[] };
    rotateRefreshToken?: boolean;
    interactions?: { url(context: unknown, interaction: { uid: string }): string };
    findAccount?(context: unknown, accountId: string): Promise<Account | undefined>;
    loadExistingGrant?(context: GrantContext): Promise<Grant | undefined>;
    issueRefreshToken?(): Promise<boolean>;
    fetch?(url: string, options: RequestInit & { dispatcher?: unknown }): Promise<Response>;
  }
  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    readonly Grant: new (of: {
      accountId: string;
      clientId: string;
    }) => Grant;
    callback(): RequestListener;
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<{ uid: string; prompt: { name: string }; params: Record<string, unknown> }>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission: boolean },
    ): Promise<void>;
  }
}
