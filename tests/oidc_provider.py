"""A provider of OpenID Connect on this machine, for tests: discovery, keys, authorize, token, sign-out.

It holds what it is asked to the specification: the client's secret, the redirect address, a code that
is good once, PKCE with S256; and signs what it says with a key of its own.
"""

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "couverture", "secret-of-the-client"


class Provider:
    """A running provider; ``accounts`` are those that its page offers: name to claims."""

    def __init__(self, accounts: Mapping[str, Mapping[str, Any]]) -> None:
        self.accounts = accounts
        self.key = RSAKey.generate_key(2048, {"kid": "of-the-test", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.refused: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Provider":
        self.thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def page(self, asked: Mapping[str, str]) -> str:
        """The accounts as links: each goes back with a code of its own."""
        links = []
        for name in self.accounts:
            code = secrets.token_urlsafe(16)
            self.codes[code] = {"account": name, **asked}
            back = urlencode({"code": code, "state": asked.get("state", "")})
            href = html.escape(f"{asked['redirect_uri']}?{back}")
            links.append(f"<p><a href='{href}'>{html.escape(name)}</a></p>")
        return f"<!doctype html><html lang='fr'><title>Fournisseur</title>{''.join(links)}</html>"

    def token(self, asked: Mapping[str, str], client: tuple[str, str]) -> dict[str, Any] | None:
        code = self.codes.pop(asked.get("code", ""), None)
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        wrong = {
            "client": client != (CLIENT, SECRET),
            "code": code is None,
            "address": code is not None and code["redirect_uri"] != asked.get("redirect_uri"),
            "proof": code is not None and code.get("code_challenge") != challenge,
        }
        if code is None or any(wrong.values()):
            self.refused.append(", ".join(name for name, is_wrong in wrong.items() if is_wrong))
            return None
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": code.get("nonce", ""), **self.accounts[code["account"]]}
        signed = jwt.encode({"alg": "RS256", "kid": "of-the-test"}, claims, self.key)
        return {"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(address.query).items()}
                if address.path == "/.well-known/openid-configuration":
                    self._json(provider.discovery())
                elif address.path == "/keys":
                    self._json({"keys": [provider.key.as_dict(private=False)]})
                elif address.path == "/authorize" and asked.get("client_id") == CLIENT:
                    self._send(200, "text/html; charset=utf-8", provider.page(asked).encode())
                elif address.path == "/logout":
                    self.send_response(302)
                    self.send_header("Location", asked["post_logout_redirect_uri"])
                    self.end_headers()
                else:
                    self._send(404, "text/plain", b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                asked = {name: values[0] for name, values in parse_qs(body).items()}
                client = (asked.get("client_id", ""), asked.get("client_secret", ""))
                kind, _space, given = self.headers.get("Authorization", "").partition(" ")
                if kind == "Basic":
                    name, _colon, secret = base64.b64decode(given).decode().partition(":")
                    client = (name, secret)
                found = provider.token(asked, client)
                self._json(found or {"error": "invalid_grant"}, status=200 if found else 400)

            def _json(self, content: Mapping[str, Any], *, status: int = 200) -> None:
                self._send(status, "application/json", json.dumps(content).encode())

            def _send(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_words: object) -> None:
                pass

        return Handler
