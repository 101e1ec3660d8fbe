"""Which cases are in hand."""

from django.db import models


class InHand(models.Model):
    """A case in which a limit runs that has a due time, with the unit of the case: what a city has in hand.

    The database's own triggers keep it (sql/rules.sql): counted from the clocks, it would be a walk through all that
    run, for every page that compares units.
    """

    case = models.TextField("案件编号", primary_key=True)
    unit = models.CharField("案件单位", max_length=12, null=True, editable=False)

    class Meta:
        indexes = (models.Index(fields=["unit", "case"], name="in_hand_of_unit"),)

    def __str__(self) -> str:
        return self.case
