"""The kinds of case of the city."""

from typing import Final

from zhunsheng.city.administrative import ADMINISTRATIVE
from zhunsheng.city.criminal import CRIMINAL, INTAKE
from zhunsheng.city.property import HANDOVER, SEIZURE
from zhunsheng.city.steps import Act, Chance, Facts, Step, Story

THEFT: Final = ("盗窃", "故意伤害", "诈骗", "寻衅滋事", "抢劫", "危险驾驶")
FRAUD: Final = ("合同诈骗", "职务侵占", "非法吸收公众存款", "虚开发票")
BRAWL: Final = ("殴打他人", "盗窃", "赌博", "扰乱公共秩序", "故意损毁财物")
PERMIT: Final = ("非法携带管制器具", "违规住宿登记", "违反消防安全规定")


def _facts(kind: str, *, public_security: bool, economic: bool) -> Facts:
    """What the case states of itself, so that no rule has to ask."""
    return {
        "case_kind": kind,
        "public_security": public_security,
        "economic": economic,
        "fast_track": Chance(0.05),
        "injured": Chance(0.1),
        "has_complainant": Chance(0.6),
        "has_victim": Chance(0.7),
    }


_CRIMINAL: Final[tuple[Step, ...]] = (*CRIMINAL, *HANDOVER)
_ADMINISTRATIVE: Final[tuple[Step, ...]] = (*ADMINISTRATIVE, *SEIZURE, *HANDOVER)
_ORDINARY: Final = _facts("criminal", public_security=False, economic=False)
_PUBLIC_SECURITY: Final = _facts("administrative", public_security=True, economic=False)

STORIES: Final = (
    Story(
        name="criminal-from-a-call",
        weight=0.33,
        opening=Act("response.finished"),
        facts=_ORDINARY,
        offences=THEFT,
        steps=(*INTAKE, *_CRIMINAL),
        has_incident=True,
    ),
    Story(
        name="criminal-from-a-report",
        weight=0.22,
        opening=Act("case.accepted"),
        facts=_ORDINARY,
        offences=THEFT,
        steps=_CRIMINAL,
    ),
    Story(
        name="economic",
        weight=0.05,
        opening=Act("case.accepted"),
        facts=_facts("criminal", public_security=False, economic=True),
        offences=FRAUD,
        steps=_CRIMINAL,
    ),
    Story(
        name="public-security-from-a-call",
        weight=0.14,
        opening=Act("response.finished"),
        facts=_PUBLIC_SECURITY,
        offences=BRAWL,
        steps=(*INTAKE, *_ADMINISTRATIVE),
        has_incident=True,
    ),
    Story(
        name="public-security-from-a-report",
        weight=0.16,
        opening=Act("case.accepted"),
        facts=_PUBLIC_SECURITY,
        offences=BRAWL,
        steps=_ADMINISTRATIVE,
    ),
    Story(
        name="other-administrative",
        weight=0.1,
        opening=Act("case.accepted"),
        facts=_facts("administrative", public_security=False, economic=False),
        offences=PERMIT,
        steps=_ADMINISTRATIVE,
    ),
)
