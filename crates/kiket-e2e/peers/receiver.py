"""A receiver of deliveries that checks them the way the Python SDK does, with the standard library.

    python3 receiver.py DIALECT SECRET BASE_URL ISSUER

DIALECT is `signature` (the body alone is signed, a timestamp is optional and ISO 8601) or `token`
(the runtime token by the key set). It prints the port it listens on, and answers 200 to what the
dialect accepts, 401 with the reason to the rest. The standard library verifies no ECDSA, so the
command `openssl` does.
"""

import base64
import datetime
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIALECT, SECRET, BASE, ISSUER = sys.argv[1:5]
WINDOW_SECONDS = 300
# The head of a P-256 public key in DER; the point follows.
P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


class Refused(Exception):
    pass


def must(condition, reason):
    if not condition:
        raise Refused(reason)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check_signature(headers, raw):
    signature = headers.get("X-Kiket-Signature")
    must(signature, "the signature is missing")
    timestamp = headers.get("X-Kiket-Timestamp")
    if timestamp:
        try:
            moment = datetime.datetime.fromisoformat(timestamp)
        except ValueError:
            raise Refused("the timestamp is not ISO 8601") from None
        age = datetime.datetime.now(datetime.timezone.utc) - moment
        must(abs(age.total_seconds()) <= WINDOW_SECONDS, "the timestamp is outside the window")
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    must(hmac.compare_digest(expected, signature), "the signature is wrong")


def der_integer(raw):
    raw = raw.lstrip(b"\0") or b"\0"
    if raw[0] & 0x80:
        raw = b"\0" + raw
    return bytes([2, len(raw)]) + raw


def verifies(jwk, signed, signature):
    """Whether openssl takes the signature for that of the key."""
    point = b"\4" + decoded(jwk["x"]) + decoded(jwk["y"])
    both = der_integer(signature[:32]) + der_integer(signature[32:])
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "key.der": P256_HEAD + point,
            "signature.der": bytes([0x30, len(both)]) + both,
            "signed": signed,
        }
        for name, content in files.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        command = ["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", "key.der"]
        command += ["-signature", "signature.der", "signed"]
        return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def check_token(body):
    token = body["authentication"]["runtime_token"]
    head, claims, signature = token.split(".")
    header = json.loads(decoded(head))
    must(header.get("alg") == "ES256", "the algorithm is not ES256")
    must(header.get("kid"), "the token names no key")
    with urllib.request.urlopen(f"{BASE.rstrip('/')}/.well-known/jwks.json", timeout=10) as answer:
        keys = json.load(answer)["keys"]
    named = [key for key in keys if key.get("kid") == header["kid"]]
    must(named, "the key is not in the set")
    must(verifies(named[0], f"{head}.{claims}".encode(), decoded(signature)), "the token is forged")
    check_claims(json.loads(decoded(claims)))


def check_claims(claims):
    now = time.time()
    must("aud" not in claims, "the token has an audience")
    must(claims["iss"] == ISSUER, "the issuer is another one")
    must(isinstance(claims["exp"], int) and claims["exp"] > now, "the token has expired")
    must(isinstance(claims["iat"], int) and claims["iat"] <= now, "the token is from the future")
    must(all(isinstance(claims[name], str) for name in ("sub", "jti")), "sub or jti is no text")
    must(isinstance(claims["scopes"], list), "the scopes are not a list")


def check(path, headers, raw):
    body = json.loads(raw)
    must(isinstance(body["authentication"], dict), "authentication is no object")
    must(isinstance(body["api"], dict) and body["api"]["base_url"] == BASE, "api is not as it was")
    parts = path.split("/")
    must(parts[1] == "v" and parts[3] == "webhooks", "the path is not the SDK's")
    must(parts[2] == headers.get("X-Kiket-Event-Version"), "path and header differ")
    must(parts[4] == body["event"], "path and body differ")
    if DIALECT == "signature":
        check_signature(headers, raw)
    else:
        check_token(body)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            check(self.path, self.headers, raw)
            status, answer = 200, {"ok": True}
        except Refused as reason:
            status, answer = 401, {"error": str(reason)}
        except Exception as error:
            status, answer = 500, {"error": repr(error)}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
