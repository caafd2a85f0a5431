// One client's whole visit; the person's part is played by whoever reads our lines and answers them.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, clientId, secret, redirect] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (word) => console.log(JSON.stringify(word));
const insecure = { execute: [client.allowInsecureRequests] };

const server = await client.discovery(new URL(issuer), clientId, secret, undefined, insecure);
const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const asked = {
  redirect_uri: redirect,
  scope: "openid profile email offline_access api",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
};
tell({ url: client.buildAuthorizationUrl(server, asked).href });
const back = new URL((await lines.next()).value);

const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
const first = await client.authorizationCodeGrant(server, back, checks);
const person = await client.fetchUserInfo(server, first.access_token, first.claims().sub);
const second = await client.refreshTokenGrant(server, first.refresh_token);
const known = await client.tokenIntrospection(server, second.access_token);

// A refresh token that comes twice was stolen from somebody: the whole grant ends.
const refused = (work) => work.then(() => "accepted", (error) => error.error ?? error.code);
const reused = await refused(client.refreshTokenGrant(server, first.refresh_token));
const after = await refused(client.refreshTokenGrant(server, second.refresh_token));
const replayed = await refused(client.authorizationCodeGrant(server, back, checks));
tell({
  subject: first.claims().sub,
  email: person.email,
  active: known.active,
  access: second.access_token,
  reused,
  after,
  replayed,
});
process.exit(0);
