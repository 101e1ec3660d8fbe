"""Mail by SMTP. A server takes no key, but each message carries one as Message-ID, by which a reader's mail program
and the server's log show it once."""

import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from zhunsheng.apps.alerts.channels.contract import Answer, ChannelDown, Message, OneWay, Outcome

PERMANENT: Final = range(500, 600)


class MailChannel(OneWay):
    """One connection to one mail server. Mail that comes back is read by people."""

    recognises_keys = False

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        account: str,
        password: str,
        encryption: str,
        ca_file: Path | None,
        seconds_a_send: float,
        now: Callable[[], datetime],
    ) -> None:
        self._host, self._port, self._sender = host, port, sender
        self._account, self._password = account, password
        self._encryption, self._ca_file, self._now = encryption, ca_file, now
        self.seconds_a_send = seconds_a_send
        self._server: smtplib.SMTP | None = None

    def send(self, messages: Sequence[Message], *, begin_until: float) -> Iterator[Answer]:
        """See Channel."""
        for message in messages:
            if time.monotonic() > begin_until:
                return
            yield self._send(message)

    def close(self) -> None:
        """See Channel."""
        if self._server is not None:
            self._server.close()
        self._server = None

    def _send(self, message: Message) -> Answer:
        server = self._connected()
        try:
            server.send_message(mail_of(message, sender=self._sender, at=self._now()))
        except smtplib.SMTPRecipientsRefused as problem:
            server.rset()
            code, text = next(iter(problem.recipients.values()))
            outcome = Outcome.UNDELIVERABLE if code in PERMANENT else Outcome.REFUSED
            return Answer(message.key, outcome, reason=f"邮件服务器答 {code} {_words(text)}")
        except smtplib.SMTPResponseException as problem:
            outcome = Outcome.UNDELIVERABLE if problem.smtp_code in PERMANENT else Outcome.REFUSED
            words = _words(problem.smtp_error)
            return Answer(message.key, outcome, reason=f"邮件服务器答 {problem.smtp_code} {words}")
        except (OSError, smtplib.SMTPException) as problem:
            self.close()
            return Answer(message.key, Outcome.UNKNOWN, reason=f"邮件服务器没有应答（{type(problem).__name__}）")
        return Answer(message.key, Outcome.ACCEPTED, gateway_id=f"<{message.key}@zhunsheng>")

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None and _answers(self._server):
            return self._server
        self.close()
        try:
            self._server = self._new_server()
        except smtplib.SMTPAuthenticationError as problem:
            raise ChannelDown("邮件服务器拒绝登录。请核对账号和密码。") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise ChannelDown(f"邮件服务器 {self._host}:{self._port} 连不上（{type(problem).__name__}）。") from problem
        return self._server

    def _new_server(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
        if self._encryption == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self.seconds_a_send, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self.seconds_a_send)
        try:
            if self._encryption == "starttls":
                server.starttls(context=context)
            if self._account:
                server.login(self._account, self._password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def mail_of(message: Message, *, sender: str, at: datetime) -> EmailMessage:
    """The letter: the same text as everywhere, no more."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, message.target
    mail["Subject"] = "准绳：案件期限提示"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.key}@zhunsheng>"
    mail.set_content(message.text)
    return mail


def _answers(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
