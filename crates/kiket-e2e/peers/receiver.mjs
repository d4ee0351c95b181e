// A receiver of deliveries that checks them the way the other SDKs do, with nothing but Node.
//
//   node receiver.mjs DIALECT SECRET BASE_URL ISSUER
//
// DIALECT is one of node, ruby, dotnet (signature and token), go and java (signature). It prints the
// port it listens on, and answers 200 to what the dialect accepts, 401 with the reason to the rest.

import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const [dialect, secret, base, issuer] = process.argv.slice(2);
const WINDOW_SECONDS = 300;
const LARGEST_BODY = 100 * 1024;
const INT32 = 2 ** 31;

class Refused extends Error {}

function must(condition, reason) {
  if (!condition) throw new Refused(reason);
}

// What each SDK signs over: all of them the timestamp, a dot and the body as they read it.
const bodies = {
  node: (raw) => Buffer.from(raw.toString("utf8"), "utf8"),
  ruby: (raw) => raw,
  go: (raw) => raw,
  java: (raw) => Buffer.from(raw.toString("utf8").replace(/\r\n|\r|\n/g, ""), "utf8"),
  dotnet: (raw) => Buffer.from(raw.toString("utf8").replace(/^\uFEFF/, ""), "utf8"),
};

function checkSignature(headers, raw) {
  const timestamp = headers["x-kiket-timestamp"];
  const signature = headers["x-kiket-signature"];
  must(timestamp && signature, "a header is missing");
  must(/^[0-9]+$/.test(timestamp), "the timestamp is not Unix seconds");
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  must(age <= WINDOW_SECONDS, "the timestamp is outside the window");
  must(/^[0-9a-f]{64}$/.test(signature), "the signature is not bare lower-case hex");
  const mac = createHmac("sha256", secret).update(`${timestamp}.`).update(bodies[dialect](raw));
  must(timingSafeEqual(mac.digest(), Buffer.from(signature, "hex")), "the signature is wrong");
}

const part = (text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"));

// How each SDK finds the key in the set.
const keys = {
  node: (set, header) => set.find((key) => key.kid === header.kid),
  // It does not look at `kid`: the first key that could sign has to be the one that does.
  ruby: (set) => set.find((key) => key.alg === "ES256" && key.use === "sig"),
  dotnet: (set, header) =>
    set.find(
      (key) =>
        key.kid === header.kid &&
        key.use === "sig" &&
        key.alg === "ES256" &&
        key.kty === "EC" &&
        key.crv === "P-256",
    ),
};

async function checkToken(body) {
  const token = body.authentication?.runtime_token;
  must(typeof token === "string" && token !== "", "there is no token");
  const [head, claims, signature] = token.split(".");
  const header = part(head);
  must(header.alg === "ES256", "the algorithm is not ES256");
  const answer = await fetch(`${base.replace(/\/+$/, "")}/.well-known/jwks.json`);
  must(answer.ok, "the key set can not be read");
  const jwk = keys[dialect]((await answer.json()).keys, header);
  must(jwk, "no key of the set fits");
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  const signed = Buffer.from(`${head}.${claims}`);
  must(verify("sha256", signed, key, Buffer.from(signature, "base64url")), "the token is forged");
  checkClaims(part(claims), body.authentication);
}

function checkClaims(claims, authentication) {
  const now = Date.now() / 1000;
  must(claims.iss === issuer, "the issuer is another one");
  must(Number.isInteger(claims.exp) && claims.exp > now, "the token has expired");
  must(claims.nbf === undefined || claims.nbf <= now, "the token is not valid yet");
  if (dialect === "ruby") must(claims.iat <= now, "the token is from the future");
  must(Array.isArray(claims.scopes), "the scopes are not a list");
  for (const name of ["org_id", "ext_id", "proj_id", "pi_id"]) {
    const id = claims[name];
    must(Number.isInteger(id) && id > 0 && id < INT32, `${name} is no 32-bit number`);
  }
  must(authentication.token_type === "runtime", "the token's type is not runtime");
  must(!Number.isNaN(Date.parse(authentication.expires_at)), "expires_at is no time");
}

async function check(request, raw) {
  must(raw.length <= LARGEST_BODY, "the body is larger than the SDK's parser takes");
  must(request.headers["content-type"] === "application/json", "the body is not JSON");
  checkSignature(request.headers, raw);
  const body = JSON.parse(raw.toString("utf8"));
  if (dialect === "go") {
    must(body.event && request.headers["x-kiket-event-version"], "event or version is missing");
    must(Object.values(body.secrets).every((value) => typeof value === "string"), "secrets");
  } else {
    const path = /^\/v\/([^/]+)\/webhooks\/([^/]+)$/.exec(request.url);
    must(path, "the path is not the SDK's");
    must(path[1] === request.headers["x-kiket-event-version"], "path and header differ");
    must(decodeURIComponent(path[2]) === body.event, "path and body differ");
  }
  if (keys[dialect]) await checkToken(body);
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    try {
      await check(request, Buffer.concat(chunks));
      answer(200, { ok: true, dialect });
    } catch (error) {
      answer(error instanceof Refused ? 401 : 500, { error: String(error.message) });
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
