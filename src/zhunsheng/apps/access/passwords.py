"""What makes a password hard to guess: length, and that nobody would try it early. No kind of character is demanded."""

from itertools import pairwise
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator

from zhunsheng.apps.refusals import DomainError

SHORTEST: Final = 12
LONGEST: Final = 200
FEWEST_DIFFERENT: Final = 5
FEWEST_OF_ONES_OWN: Final = 8
WORDS_OF_THIS_PLACE: Final = (
    "zhunsheng", "准绳", "gongan", "公安", "jingcha", "警察", "paichusuo", "派出所", "police", "admin", "password",
    "mima", "密码", "kouling", "口令",
)  # fmt: skip
"""Words that whoever guesses a password here tries first; the account's own name is added to them."""


class PasswordTooShort(DomainError):
    """Length is what makes a password hard to guess."""

    text = "口令只有 {length} 个字符，至少要 {shortest} 个。可以用几个不相关的词。"


class PasswordGuessable(DomainError):
    """Long, and yet among the first to be tried."""

    text = "这个口令容易被猜中：{why}。可以用几个不相关的词。"


def check_password_rules(password: str, *, username: str) -> None:
    """Refuse a new password that is short or would be guessed early.

    Takes   password: exactly as typed.
    Raises  PasswordTooShort: fewer than twelve characters. PasswordGuessable, with what is wrong.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(length=len(password), shortest=SHORTEST)
    if why := _why_guessable(password.lower(), username.lower()):
        raise PasswordGuessable(why=why)


def _why_guessable(text: str, username: str) -> str:
    if text.strip() in CommonPasswordValidator().passwords:
        return "它在常用口令之列"
    if len(set(text)) < FEWEST_DIFFERENT or text in (text + text)[1:-1]:
        return "它只是重复"
    if len({ord(after) - ord(before) for before, after in pairwise(text)}) == 1:
        return "它只是依次排列"
    rest = text
    for word in (*WORDS_OF_THIS_PLACE, username):
        rest = rest.replace(word, "")
    return "" if len(rest) >= FEWEST_OF_ONES_OWN or rest == text else "它主要由账号名或本系统、本单位的常用词组成"
