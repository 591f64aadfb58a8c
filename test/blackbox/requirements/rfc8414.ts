import type { Specification } from './specification.ts';

const conformance = 'test/blackbox/flows-conformance.test.ts';

export default {
  name: 'RFC 8414',
  title: 'OAuth 2.0 Authorization Server Metadata',
  requirements: [
    [
      '2',
      'the issuer is https and has neither query nor fragment',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"issuer":"http://auth.company.example"}',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"issuer":"https://auth.company.example/"}',
    ],
    [
      '2',
      'the endpoints and response types that are required are there, all under https',
      `${conformance} › metadata › names every endpoint that there is, and none that is not`,
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts both discovery documents',
    ],
    [
      '2',
      'the keys at jwks_uri are signature keys with their use',
      `${conformance} › metadata › leads to public signature keys, each with its name, use and algorithm`,
      'test/keys/keys.test.ts › publication › shows public members only, named by their RFC 7638 thumbprint',
    ],
    [
      '2',
      'where private_key_jwt is offered, algorithms are listed, and "none" is none of them',
      `${conformance} › metadata › lists algorithms wherever keys of clients are taken, and never "none"`,
    ],
    [
      '3',
      'the document is at the well-known place, formed from the issuer',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts both discovery documents',
    ],
    [
      '3.1',
      'it is had by GET',
      `${conformance} › metadata › is JSON at both places, of the issuer that was asked, without empty lists`,
    ],
    [
      '3.2',
      '200 and application/json; claims without elements are left out',
      `${conformance} › metadata › is JSON at both places, of the issuer that was asked, without empty lists`,
    ],
    [
      '3.3',
      'issuer is the very one whose document it is',
      `${conformance} › metadata › is JSON at both places, of the issuer that was asked, without empty lists`,
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
    [
      '6.1',
      'TLS',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
    ],
  ],
} satisfies Specification;
