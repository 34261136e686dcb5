"""What is told of a night: counts, to a webhook and by mail, and never at the night's expense."""

import json
import smtplib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from pipelines.errors import NotifyError
from pipelines.home import Home
from pipelines.notify import load_notify, night_counts, tell
from pipelines.report import CheckLine, FileLine, NightReport

REPORT = NightReport(
    "2026-11-01", "run", "published", "2026-11-01T22:00:00+00:00", 12.5,
    files=[FileLine("tax/张三.csv", "tax", "withholding", "accepted", "", 10, 8, 1, 1, 8)],
    persons={"persons": 1000},
    checks_failed=[CheckLine("tax_values", "std_tax", False, {"rule": 3})],
)  # fmt: skip


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home").prepare()
    (home.reports / "night_2026-11-01.txt").write_text("人口基础信息库 1,000", encoding="utf-8")
    return home


@pytest.fixture
def hook():
    """A server that keeps what is posted to it."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204 if self.path == "/ok" else 500)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_counts_and_no_file_names(home, hook):
    url, posted = hook
    home.notify.write_text(f"webhook: {url}/ok\n")
    assert tell(home, REPORT) == []
    assert posted == [night_counts(REPORT)]
    assert posted[0]["accepted"] == 8 and posted[0]["checks_failed"] == ["tax_values"]
    assert "张三" not in json.dumps(posted, ensure_ascii=False)


def test_a_server_that_fails_is_named_and_nothing_else_happens(home, hook):
    home.notify.write_text(
        f"webhook: {hook[0]}/broken\nmail: {{host: 127.0.0.1, port: 1, sender: a@b.cn, to: [c@d.cn]}}\n"
    )
    assert tell(home, REPORT) == ["webhook: HTTPError", "mail: ConnectionRefusedError"]


def test_mail_is_the_text_of_the_night(home, monkeypatch):
    sent = []

    class Server:
        def __init__(self, *where, timeout):
            self.where = where

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def send_message(self, message):
            sent.append((self.where, message["To"], message["Subject"], message.get_content().strip()))

    monkeypatch.setattr(smtplib, "SMTP", Server)
    home.notify.write_text("mail: {host: mail.example.org, sender: a@b.cn, to: [c@d.cn, e@f.cn]}\n")
    assert tell(home, REPORT) == []
    assert sent == [
        (("mail.example.org", 25), "c@d.cn, e@f.cn", "popbase 2026-11-01: published", "人口基础信息库 1,000")
    ]


def test_only_trouble_is_told_where_that_is_wanted(home, hook):
    url, posted = hook
    home.notify.write_text(f"webhook: {url}/ok\nonly_trouble: true\n")
    assert tell(home, REPORT) == [] and posted == []
    tell(home, NightReport("2026-11-01", "run", "failed", "", 1.0))
    assert [body["status"] for body in posted] == ["failed"]


@pytest.mark.parametrize(
    "text", ["webhook: file:///etc/passwd", "mail: yes", "{", "unknown: 1", "!!python/object:x {}"]
)
def test_what_cannot_be_understood_is_said(home, text):
    home.notify.write_text(text)
    with pytest.raises(NotifyError):
        load_notify(home)
    [fault] = tell(home, REPORT)
    assert fault.startswith("notify.yml cannot be understood")


def test_nobody_is_told_where_nobody_wants_to_know(home):
    assert tell(home, REPORT) == []
