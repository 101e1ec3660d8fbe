"""What an account chooses for itself: language, keyboard, filters to come back to."""

from typing import Final, NamedTuple

from django.db import IntegrityError, connection, transaction

from zhunsheng.apps.access.models import Account, SavedFilter
from zhunsheng.apps.refusals import DomainError

MOST_FILTERS: Final = 20


class TooManyFilters(DomainError):
    """A list of filters that nobody finds anything in."""

    text = "这一页已保存 {most} 个筛选。请先删去不用的，再保存。"


class FilterNamedTwice(DomainError):
    """A name stands for one filter."""

    text = "已有名为“{title}”的筛选。请换一个名称，或先删去它。"


@transaction.atomic
def choose(*, account: Account, language: str, shortcuts: bool) -> None:
    """Keep the choices of an account."""
    account.language, account.shortcuts = language, shortcuts
    account.full_clean(exclude=["password"], validate_unique=False)
    account.save(update_fields=["language", "shortcuts"])


@transaction.atomic
def keep_filter(*, account: Account, page: str, title: str, query: str) -> SavedFilter:
    """
    Keep a filter of a list under a name.

    :raises TooManyFilters: twenty are kept of this page.
    :raises FilterNamedTwice: another has this name.
    """
    if SavedFilter.objects.filter(account=account, page=page).count() >= MOST_FILTERS:
        raise TooManyFilters(most=MOST_FILTERS)
    saved = SavedFilter(account=account, page=page, title=title.strip(), query=query)
    saved.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
    except IntegrityError as problem:
        raise FilterNamedTwice(title=saved.title) from problem
    return saved


def forget_filter(*, account: Account, pk: int) -> None:
    """Delete one of one's own filters; another's is not touched."""
    SavedFilter.objects.filter(account=account, pk=pk).delete()


class Saved(NamedTuple):
    """One filter that is kept, as every list shows it."""

    pk: int
    title: str
    query: str


def saved_filters(*, account: Account | None, page: str) -> list[Saved]:
    """The filters that an account keeps of a page, by name. Who has no account keeps none."""
    if account is None:
        return []
    question = "SELECT id, title, query FROM access_savedfilter WHERE account_id = %s AND page = %s ORDER BY title"
    with connection.cursor() as cursor:
        cursor.execute(question, [account.pk, page])
        return [Saved(*row) for row in cursor.fetchall()]
