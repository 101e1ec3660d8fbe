"""The kinds of case of the city."""

from typing import Any, Final

from zhunsheng.city.administrative import (
    ABSENT,
    CASE,
    COME_IN,
    CONTINUED,
    FAST,
    HEARING,
    OLD_OFFENCE,
    ON_THE_SPOT,
    QUESTIONING,
    REDRESS,
    SERVICE,
)
from zhunsheng.city.appraisal import INJURIES, THINGS, TOLD
from zhunsheng.city.bail import BAIL, SURVEILLANCE
from zhunsheng.city.coercion import DETAINED, FINES, FOREIGNER, MEASURES, TERROR
from zhunsheng.city.custody import AFTER_ARREST, AFTER_DETENTION, ARREST, ARRIVAL
from zhunsheng.city.intake import (
    ADMINISTRATIVE_INTAKE,
    FILING,
    INQUIRY,
    INTAKE,
    NOT_OURS,
    PAPERS,
    REFERRAL,
    REFUSAL,
    TELL_OF_TRANSFER,
)
from zhunsheng.city.investigation import COOPERATION, INVESTIGATION, REMOTE
from zhunsheng.city.manner import CASE_FACTS
from zhunsheng.city.places import DOSSIER, ENTERING, LEAVING
from zhunsheng.city.property import FREEZING, HANDOVER, REGISTERED, RETURN, SEIZURE
from zhunsheng.city.prosecution import CONCLUSION, PROSECUTION
from zhunsheng.city.rights import HELD_RIGHTS, RECUSAL, RIGHTS
from zhunsheng.city.steps import Act, Chance, Facts, Step, Story
from zhunsheng.city.traffic import (
    AFTERWARDS,
    APPRAISAL_OF_ACCIDENT,
    CAMERA,
    HIT_AND_RUN,
    PLAIN,
    REPORTED,
    ROADSIDE,
    TAKEN,
    VIOLATION,
)

THEFT: Final = ("盗窃", "故意伤害", "诈骗", "寻衅滋事", "抢劫", "危险驾驶")
FRAUD: Final = ("合同诈骗", "职务侵占", "非法吸收公众存款", "虚开发票")
BRAWL: Final = ("殴打他人", "盗窃", "赌博", "扰乱公共秩序", "故意损毁财物")
PERMIT: Final = ("非法携带管制器具", "违规住宿登记", "违反消防安全规定")
STAY: Final = ("非法居留", "非法入境", "非法就业")
EXTREMISM: Final = ("宣扬极端主义", "持有极端主义物品")
ACCIDENT: Final = ("交通事故",)
DRIVING: Final = ("超速行驶", "闯红灯", "饮酒驾驶")
TYPES: Final = {
    "盗窃": "theft",
    "故意伤害": "injury",
    "殴打他人": "injury",
    "诈骗": "fraud",
    "合同诈骗": "fraud",
    "危险驾驶": "drunk_driving",
    "饮酒驾驶": "drunk_driving",
}
"""How each is registered; whatever is not here is of another type."""


def _facts(kind: str, *, public_security: bool = False, economic: bool | Chance = False, **more: Any) -> Facts:
    """What the case states of itself, so that no rule has to ask."""
    return {
        "case_kind": kind,
        "public_security": public_security,
        "economic": economic,
        "fast_track": False,
        "injured": Chance(0.1),
        "has_complainant": Chance(0.6),
        "has_victim": Chance(0.7),
        **CASE_FACTS,
        **more,
    }


_INVESTIGATED: Final[tuple[Step, ...]] = (
    *REFUSAL,
    *TELL_OF_TRANSFER,
    *ENTERING,
    *ARRIVAL,
    *ARREST,
    *AFTER_DETENTION,
    *AFTER_ARREST,
    *BAIL,
    *SURVEILLANCE,
    *LEAVING,
    *PROSECUTION,
    *CONCLUSION,
    *DOSSIER,
    *INJURIES,
    *THINGS,
    *TOLD,
    *HANDOVER,
    *RETURN,
    *REGISTERED,
    *FREEZING,
    *INVESTIGATION,
    *RIGHTS,
    *RECUSAL,
    *HELD_RIGHTS,
)
_CRIMINAL: Final[tuple[Step, ...]] = (*FILING, *_INVESTIGATED)
_AFTER_ADMISSION: Final[tuple[Step, ...]] = (
    *ENTERING,
    *QUESTIONING,
    *CONTINUED,
    *LEAVING,
    *SERVICE,
    *DOSSIER,
    *INJURIES,
    *THINGS,
    *TOLD,
    *SEIZURE,
    *HANDOVER,
    *RETURN,
    *REGISTERED,
    *MEASURES,
    *DETAINED,
    *RECUSAL,
    *REDRESS,
)
_ADMINISTRATIVE: Final[tuple[Step, ...]] = (*CASE, *COME_IN, *HEARING, *_AFTER_ADMISSION)
_ACCIDENT: Final[tuple[Step, ...]] = (*REPORTED, *AFTERWARDS, *TAKEN, *DOSSIER)
_ORDINARY: Final = _facts("criminal")
_PUBLIC_SECURITY: Final = _facts("administrative", public_security=True)
_ACCIDENT_FACTS: Final = _facts("traffic_accident", injured=False)
_VIOLATION_FACTS: Final = _facts("traffic_violation", injured=False)
_FAST_FACTS: Final = {**_PUBLIC_SECURITY, "fast_track": True, "injured": False}

STORIES: Final = (
    Story(
        name="criminal-from-a-call",
        weight=0.27,
        opening=Act("response.finished"),
        facts=_ORDINARY,
        offences=THEFT,
        steps=(*INTAKE, *_CRIMINAL),
        has_incident=True,
    ),
    Story("criminal-from-a-report", 0.18, Act("case.accepted"), _ORDINARY, THEFT, _CRIMINAL),
    Story("economic", 0.05, Act("case.accepted"), _facts("criminal", economic=True), FRAUD, _CRIMINAL),
    Story(
        name="public-security-from-a-call",
        weight=0.12,
        opening=Act("response.finished"),
        facts=_PUBLIC_SECURITY,
        offences=BRAWL,
        steps=(*INTAKE, *_ADMINISTRATIVE),
        has_incident=True,
    ),
    Story(
        name="public-security-from-a-report",
        weight=0.13,
        opening=Act("report.received", facts={"belated": False}),
        facts=_PUBLIC_SECURITY,
        offences=BRAWL,
        steps=(*ADMINISTRATIVE_INTAKE, *_ADMINISTRATIVE),
        names=("document",),
    ),
    Story("other-administrative", 0.08, Act("case.accepted"), _facts("administrative"), PERMIT, _ADMINISTRATIVE),
    Story(
        name="referral",
        weight=0.01,
        opening=Act("referral.received", facts=PAPERS),
        facts=_facts("criminal", economic=Chance(0.4)),
        offences=FRAUD,
        steps=(*REFERRAL, *_INVESTIGATED),
        names=("document",),
    ),
    Story(
        "inquired", 0.005, Act("case.accepted"), _facts("criminal", economic=True), FRAUD, (*INQUIRY, *_INVESTIGATED)
    ),
    Story(
        "not-ours", 0.01, Act("case.accepted"), _facts("criminal", injured=False), THEFT, (*NOT_OURS, *TELL_OF_TRANSFER)
    ),
    Story(
        name="not-ours-administrative",
        weight=0.01,
        opening=Act("case.accepted"),
        facts=_facts("administrative", public_security=True, injured=False),
        offences=BRAWL,
        steps=NOT_OURS,
    ),
    Story(
        name="cooperation",
        weight=0.005,
        opening=Act("coop.identity_requested", facts=REMOTE),
        facts=_facts("criminal", injured=False),
        offences=THEFT,
        steps=COOPERATION,
        names=("document",),
    ),
    Story("fast-track", 0.02, Act("case.accepted"), _FAST_FACTS, BRAWL, (CASE[0], *FAST, *_AFTER_ADMISSION)),
    Story("old-offence", 0.01, Act("offence.ended"), _PUBLIC_SECURITY, BRAWL, (*OLD_OFFENCE, *_ADMINISTRATIVE)),
    Story(
        "offender-unknown", 0.015, Act("case.accepted"), _PUBLIC_SECURITY, BRAWL, (CASE[0], *ABSENT, *_AFTER_ADMISSION)
    ),
    Story("on-the-spot", 0.02, Act("case.discovered"), _FAST_FACTS, BRAWL, (*ON_THE_SPOT, *FINES)),
    Story("foreigner", 0.008, Act("case.accepted"), _PUBLIC_SECURITY, STAY, (*FOREIGNER, *_ADMINISTRATIVE)),
    Story("terror", 0.004, Act("case.accepted"), _PUBLIC_SECURITY, EXTREMISM, (*_ADMINISTRATIVE, *TERROR)),
    *(
        Story(
            name=name,
            weight=weight,
            opening=Act("report.received", facts={"belated": Chance(0.15)}),
            facts=_ACCIDENT_FACTS,
            offences=ACCIDENT,
            steps=(*_ACCIDENT, *steps),
            names=("document",),
        )
        for name, weight, steps in (
            ("accident", 0.02, PLAIN),
            ("accident-appraised", 0.015, APPRAISAL_OF_ACCIDENT),
            ("accident-hit-and-run", 0.005, HIT_AND_RUN),
        )
    ),
    Story(
        name="violation-on-camera",
        weight=0.015,
        opening=Act("record.captured"),
        facts=_VIOLATION_FACTS,
        offences=DRIVING,
        steps=(*CAMERA, *VIOLATION),
        names=("document",),
    ),
    Story(
        name="violation-at-the-roadside",
        weight=0.015,
        opening=Act("case.accepted"),
        facts=_VIOLATION_FACTS,
        offences=DRIVING,
        steps=(*ROADSIDE, *TAKEN, *VIOLATION),
    ),
)
