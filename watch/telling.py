"""The watcher's own way out: a file, an SMS gateway by HTTP, mail. It uses none of the platform's code for it."""

import hashlib
import hmac
import json
import os
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watch.config import Config, Mail, Sms

SECONDS = 5.0


class AlarmFile:
    """Every alarm, one JSON object a line, only added to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, what: str, **facts: Any) -> None:
        """Add a line, and have it on the disk."""
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, json.dumps({"what": what, **facts}, ensure_ascii=False).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)

    def last_daily(self) -> date | None:
        """The day of the last daily message, so that a watcher that starts again does not say it twice."""
        if not self._path.exists():
            return None
        for line in reversed(self._path.read_text(encoding="utf-8").splitlines()):
            said = json.loads(line)
            if said["what"] == "daily":
                return date.fromisoformat(said["day"])
        return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """A gateway that sends us elsewhere is not our gateway."""
        del args, kwargs


def tell(config: Config, text: str, key: str) -> dict[str, str]:
    """Say it by every way out. Returns what became of each; one that fails does not keep another from being tried."""
    results = {}
    for phone in config.sms.phones if config.sms else ():
        results[f"sms {phone[-4:]}"] = _tried(send_sms, config.sms, phone, text, f"{key} {phone}")
    if config.mail is not None:
        results["mail"] = _tried(send_mail, config.mail, text)
    return results


def send_sms(sms: Sms, phone: str, text: str, key: str, unix_time: Callable[[], float] = time.time) -> None:
    """Hand a text to the gateway.

    Raises  OSError (urllib.error.URLError is one) if it was not accepted.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()
    body = json.dumps({"to": phone, "text": text, "key": digest}, ensure_ascii=False).encode()
    at = str(int(unix_time()))
    path = urlsplit(sms.url).path.rstrip("/") + "/messages"
    proof = hmac.new(sms.secret.encode(), f"POST\n{path}\n{at}\n".encode() + body, hashlib.sha256).hexdigest()
    if urlsplit(sms.url).scheme not in ("http", "https"):
        raise OSError("sms.url is neither http nor https")
    request = urllib.request.Request(  # noqa: S310  the scheme was just looked at
        sms.url.rstrip("/") + "/messages",
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-Account": sms.account,
            "X-Time": at,
            "X-Signature": proof,
            "Idempotency-Key": digest,
        },
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
        answer.read(1024)


def send_mail(mail: Mail, text: str) -> None:
    """Hand a text to the mail server.

    Raises  OSError, smtplib.SMTPException.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = mail.sender, ", ".join(mail.to), text
    letter.set_content(text)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if mail.encryption == "tls":
        server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    with server:
        if mail.encryption == "starttls":
            server.starttls(context=context)
        if mail.account:
            server.login(mail.account, mail.password)
        server.send_message(letter)


def _tried(send: Callable[..., None], *arguments: Any) -> str:
    try:
        send(*arguments)
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        return f"failed: {type(problem).__name__}"
    return "accepted"


def stamp(now: datetime) -> str:
    """An instant as the file has it."""
    return now.isoformat(timespec="milliseconds")
