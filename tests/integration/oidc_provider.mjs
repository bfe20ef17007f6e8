// A real OpenID Connect provider on the loopback, for tests: clients ask for themselves (client credentials) and get
// access tokens as JWTs; people sign in by a form, with any password, for applications (authorisation code).
// Standard input is {"audience": …, "clients": {id: [roles]}, "people": {login: [roles]}, "applications": {id: where they
// come back to}}; each client's secret is its id and "-secret". The first line of standard output is the issuer.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const { audience, clients, people, applications } = JSON.parse(await text(process.stdin));
const key = (type, options, kid) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, use: 'sig',
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      ...Object.keys(clients).map((id) => ({
        client_id: id,
        client_secret: `${id}-secret`,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      ...Object.entries(applications).map(([id, back]) => ({
        client_id: id, client_secret: `${id}-secret`, redirect_uris: [back],
      })),
    ],
    claims: { openid: ['sub', 'roles'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, roles: people[id] }) }),
    jwks: { keys: [key('ec', { namedCurve: 'P-256' }, 'ec'), key('rsa', { modulusLength: 2048 }, 'rsa')] },
    extraTokenClaims: (_, token) => ({ roles: clients[token.clientId] }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          audience: resource, scope: '', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
