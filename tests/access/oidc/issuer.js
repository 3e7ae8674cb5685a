// An OpenID Connect issuer where everybody is who they say: node issuer.js, settings on stdin.
import { readFileSync } from "node:fs";

import { Provider } from "oidc-provider";

const { port, client, api, keys } = JSON.parse(readFileSync(0, "utf8"));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  jwks: { keys },
  cookies: { keys: ["a key of tests"] },
  scopes: ["openid", "profile", "email"],
  claims: { profile: ["preferred_username"], email: ["email", "email_verified"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      preferred_username: name,
      email: name,
      email_verified: name !== "auditor",
    }),
  }),
  extraTokenClaims: (_, token) => ({ preferred_username: token.accountId }),
  async loadExistingGrant({ oidc }) {
    const of = { clientId: oidc.client.clientId, accountId: oidc.session.accountId };
    const grant = new provider.Grant(of);
    grant.addOIDCScope("openid profile email");
    grant.addResourceScope(api.resource, "api");
    await grant.save();
    return grant;
  },
  features: {
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({
        scope: "api",
        audience: api.audience,
        accessTokenFormat: "jwt",
      }),
    },
  },
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
