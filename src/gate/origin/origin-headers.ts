import type { Route } from '../../config/schema.ts';
import { createHeaderRewriting } from '../../core/gate/headers.ts';
import type { Target } from '../../core/gate/path.ts';
import type { Dependencies } from '../../dependencies.ts';
import { isOurToken } from '../admission/access-token.ts';
import type { Passing } from '../admission/admission.ts';
import { createAssertions, type Statement } from './assertion.ts';
import { createOriginTokens, type Exchange } from './origin-token.ts';

/** Turns a copy of the caller's headers into what the origin receives. */
export type WriteHeaders = (outbound: Headers) => void;

type Added = [name: string, value: string][];

/**
 * Makes a function that gathers what an origin is to be told: the assertion, plain headers, a token, the gate's own
 * secret. `passing` is absent where nobody was asked who is calling. It throws when a signature cannot be had.
 * @returns a function that answers with undefined when the caller has nothing that the route could exchange.
 */
export function createOriginHeaders(
  dependencies: Pick<Dependencies, 'config' | 'keys' | 'secrets'>,
  scheme: 'http' | 'https',
) {
  const { issuer: own, identityProvider, routes } = dependencies.config;
  // The tokens of a gate alone are its provider's.
  const issuer = identityProvider?.issuer ?? own;
  const names = ({ identityHeaders, originSecret }: Route) => [
    ...Object.keys(identityHeaders),
    ...(originSecret ? [originSecret.header] : []),
  ];
  const rewrite = createHeaderRewriting(routes.flatMap(names));
  const assertions = createAssertions(dependencies);
  const issueToken = createOriginTokens(dependencies);
  const secretOf = new Map(
    routes.map(({ originSecret }, index) => [routes[index], originSecret && fieldOf(originSecret)]),
  );

  async function tokenOf(exchange: Exchange, statement: Statement): Promise<string | undefined> {
    const now = Date.now();
    if (statement.originToken && now < statement.originToken.until) return statement.originToken.value;
    const issued = await issueToken(exchange, statement.caller, statement.session);
    if (!issued) return undefined;
    const value = `Bearer ${issued.token}`;
    // No less than half of its life is left to the origin.
    statement.originToken = { value, until: now + issued.expiresIn * 500 };
    return value;
  }

  return async (
    request: Request,
    route: Route,
    { host, path, query }: Target,
    passing: Passing | undefined,
  ): Promise<WriteHeaders | undefined> => {
    const { headers: inbound, method } = request;
    const secret = secretOf.get(route);
    let added: Added | undefined = secret && [secret];
    let assertion: string | undefined;
    let withoutAuthorization: boolean;
    if (passing) {
      const statement = assertions.statementOf(route, passing.caller, passing.session);
      assertion =
        route.assertion === 'identity'
          ? await assertions.ofIdentity(statement)
          : await assertions.ofRequest(statement, { method, htu: `${scheme}://${host}${path}`, query });
      if (statement.plainHeaders.length > 0) added = [...(added ?? []), ...(statement.plainHeaders as Added)];
      if (typeof route.accessToken === 'object') {
        const token = await tokenOf(route.accessToken.exchange, statement);
        if (token === undefined) return undefined;
        added = [...(added ?? []), ['authorization', token]];
      }
      // Who came with the cookie has no Authorization header (caller.ts).
      withoutAuthorization = route.accessToken !== 'pass' || passing.caller.kind === 'session';
    } else {
      const authorization = inbound.get('Authorization');
      withoutAuthorization = authorization !== null && isOurToken(authorization, issuer);
    }
    const facts = {
      host,
      scheme,
      clientAddress: inbound.get('CF-Connecting-IP') ?? undefined,
      assertion,
      withoutAuthorization,
      webSocket: inbound.get('Upgrade')?.toLowerCase() === 'websocket',
      ...(added && { added }),
    };
    return (outbound) => rewrite(outbound, inbound, facts);
  };
}

const fieldOf = ({ header, value }: NonNullable<Route['originSecret']>): [string, string] => [
  header.toLowerCase(),
  value,
];
