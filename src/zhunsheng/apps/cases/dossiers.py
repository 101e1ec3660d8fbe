"""A dossier, page by page: what is filed in it, and the place of one page among the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Final

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from zhunsheng.apps.access.policy import Action
from zhunsheng.apps.access.scope import Viewer
from zhunsheng.apps.audit.services import record_read
from zhunsheng.apps.cases.models import Document, Dossier, Page
from zhunsheng.apps.cases.selectors import reachable_cases, visible_cases
from zhunsheng.apps.cases.uploads import Scanner, UploadRefused, add_page, judge, receive
from zhunsheng.apps.refusals import DomainError

DIGEST_SHOWN: Final = 12


class DossierNotVisible(DomainError):
    """Not there, or not to be seen: the answer is the same."""

    text = "没有这册卷宗，或您没有查看它的权限。需要的话联系法制支队。"


class DocumentNotInDossier(DomainError):
    """A page belongs to a document of its dossier."""

    text = "这册卷宗里没有所选的文书。请刷新后重新选择。"


@dataclass(frozen=True)
class Leaf:
    """One page: its place in the dossier, its own number in its document, the beginning of its hash."""

    place: int
    document: int
    number: int
    digest: str
    is_here: bool


@dataclass(frozen=True)
class Filed:
    """One document in its newest version, with its pages. `signed`, `made_on`: as its record says; None: it says
    nothing."""

    id: int
    kind: str
    document_no: str
    signed: bool | None
    made_on: date | None
    leaves: Sequence[Leaf]


@dataclass(frozen=True)
class OpenDossier:
    """A dossier as its page shows it. `leaf` is None where nothing is filed; places count from 1."""

    code: str
    title: str
    case: str
    case_title: str
    documents: Sequence[Filed]
    count: int
    leaf: Leaf | None
    of_leaf: Filed | None
    may_add: bool

    @property
    def preceding(self) -> int:
        """The place before the one shown; 0 at the beginning."""
        return self.leaf.place - 1 if self.leaf else 0

    @property
    def following(self) -> int:
        """The place after the one shown; 0 at the end."""
        return self.leaf.place + 1 if self.leaf and self.leaf.place < self.count else 0


def open_dossier(viewer: Viewer, *, code: str, place: int) -> OpenDossier:
    """
    A dossier at one of its pages; a place beyond its ends is the nearest one. Recorded before the answer.

    :raises DossierNotVisible: there is none, or its case is not the viewer's to read.
    """
    cases = reachable_cases(viewer, Action.CASE_READ)
    dossier = Dossier.objects.select_related("case").filter(pk=code, case__in=cases).first()
    if dossier is None:
        raise DossierNotVisible
    filed = _filed(dossier, place)
    leaves = [leaf for each in filed for leaf in each.leaves]
    leaf = next((each for each in leaves if each.is_here), None)
    record_read(kind="dossier", key=code, detail={"case": dossier.case_id, "place": leaf.place if leaf else 0})
    return OpenDossier(
        code=code,
        title=dossier.title or code,
        case=dossier.case_id,
        case_title=dossier.case.title,
        documents=filed,
        count=len(leaves),
        leaf=leaf,
        of_leaf=next((each for each in filed if leaf in each.leaves), None),
        may_add=visible_cases(viewer, Action.DOSSIER_UPLOAD).filter(pk=dossier.case_id).exists(),
    )


def file_page(
    *, viewer: Viewer, code: str, document: int, content: IO[bytes], scanner: Scanner, at: datetime
) -> tuple[Page | None, str]:
    """
    Take an image through quarantine and file it as the next page of a document.

    Returns the page, or None and why the image was refused: that verdict is kept, too.
    :raises DossierNotVisible, DocumentNotInDossier, CaseClosedToUploads, UploadRefused: see there.
    """
    dossier = Dossier.objects.filter(pk=code, case__in=visible_cases(viewer, Action.CASE_READ)).first()
    if dossier is None:
        raise DossierNotVisible
    found = Document.objects.filter(pk=document, dossier=dossier).first()
    if found is None:
        raise DocumentNotInDossier
    upload = judge(upload=receive(viewer=viewer, case=dossier.case_id, content=content, at=at), scanner=scanner)
    try:
        with transaction.atomic():
            # Two pages that are filed at once take their numbers one after the other.
            Dossier.objects.select_for_update().get(pk=code)
            last = Page.objects.filter(document=found).aggregate(last=Max("number"))["last"] or 0
            return add_page(document=found, number=last + 1, upload=upload), ""
    except UploadRefused:
        return None, upload.reason


def _filed(dossier: Dossier, place: int) -> list[Filed]:
    """The documents in the order in which they were first entered, each in its newest version."""
    newest = Document.objects.filter(code=OuterRef("code")).order_by("-version").values("pk")[:1]
    documents = list(Document.objects.filter(dossier=dossier, pk=Subquery(newest)).order_by("recorded_at", "code"))
    pages: dict[int, list[Page]] = {}
    for page in Page.objects.filter(document__in=documents).order_by("document", "number"):
        pages.setdefault(page.document_id, []).append(page)
    count = sum(len(each) for each in pages.values())
    here, at, filed = max(1, min(place, count)), 0, []
    for document in documents:
        leaves = []
        for page in pages.get(document.pk, ()):
            at += 1
            leaves.append(Leaf(at, document.pk, page.number, page.sha256[:DIGEST_SHOWN], is_here=at == here))
        filed.append(_document(document, leaves))
    return filed


def _document(document: Document, leaves: Sequence[Leaf]) -> Filed:
    return Filed(document.pk, document.kind, document.document_no, document.signed, document.made_on, leaves)
