"""A little web system with everything that old and new ones do, served from this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

Answer = tuple[int, dict[str, str], bytes]


def html(body: str, *, title: str = "試験", status: int = 200, head: str = "") -> Answer:
    text = f"<!DOCTYPE html><html lang=ja><head><meta charset=utf-8><title>{title}</title><link rel=icon href='data:,'>{head}</head><body>{body}</body></html>"
    return status, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def redirect(to: str) -> Answer:
    return 302, {"Location": to}, b""


@dataclass
class Site:
    """Pages by path; `posted` holds what forms sent, `seen` every path asked for.

    `hold` is an event that slow pages wait for, so that a test decides when they answer.
    """

    pages: dict[str, Answer | Callable[[Site, dict[str, str]], Answer]] = field(default_factory=dict)
    posted: list[dict[str, str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def show(self, body: str, path: str = "/", **rest: Any) -> None:
        self.pages[path] = html(body, **rest)


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
            given = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            site.posted.append(given)
            self._answer(given)

        def _answer(self, given: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            site.seen.append(path)
            page = site.pages.get(path) or html("ありません", status=404)
            status, headers, body = page(site, given) if callable(page) else page
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            site.hold.set()
            server.shutdown()
            thread.join()


def attachment(name: str, data: bytes) -> Answer:
    return (
        200,
        {"Content-Type": "text/csv", "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
        data,
    )
