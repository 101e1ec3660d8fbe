"""The column by which the sealer tells finished rows from those of running transactions."""

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Func

SHA256: Final = 64  # characters of a digest


class TransactionId(Func):
    """The number of the present transaction, as a bigint that survives dump and restore."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field: Any = models.BigIntegerField()


class SealedModel(models.Model):
    """A model whose rows are added and never changed, and become leaves of the sealed log."""

    xid = models.BigIntegerField(db_default=TransactionId(), editable=False)

    class Meta:
        abstract = True
        indexes: ClassVar[tuple[models.Index, ...]] = (models.Index(fields=["xid"], name="%(class)s_xid"),)
