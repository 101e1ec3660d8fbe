"""The pages of a dossier: shown one by one, and added."""

from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhunsheng.apps.access.requests import viewer_behind
from zhunsheng.apps.audit import clock
from zhunsheng.apps.cases import dossiers
from zhunsheng.apps.cases.uploads import CaseClosedToUploads, no_scanner
from zhunsheng.apps.refusals import DomainError

ZOOMS: Final = ("fit", "100", "150", "200")


@require_GET
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """A dossier at one of its pages."""
    viewer = viewer_behind(request)
    asked = request.GET.get("page", "")
    try:
        found = dossiers.open_dossier(viewer, code=code, place=int(asked) if asked.isascii() and asked.isdigit() else 1)
    except dossiers.DossierNotVisible as problem:
        raise Http404 from problem
    zoom = request.GET.get("zoom", "")
    zoom = zoom if zoom in ZOOMS else ZOOMS[0]
    page = {
        "dossier": found,
        "zoom": zoom,
        "zooms": [(name, _address(found, zoom=name), name == zoom) for name in ZOOMS],
        "larger": _address(found, zoom=ZOOMS[min(ZOOMS.index(zoom) + 1, len(ZOOMS) - 1)]),
        "smaller": _address(found, zoom=ZOOMS[max(ZOOMS.index(zoom) - 1, 0)]),
        "keeps": "" if zoom == ZOOMS[0] else f"&zoom={zoom}",
    }
    return render(request, "cases/dossier.html", page)


@require_POST
def add_page(request: HttpRequest, code: str) -> HttpResponse:
    """File an image as the next page of a document, if quarantine lets it through."""
    file, document = request.FILES.get("file"), request.POST.get("document", "")
    try:
        if file is None or not document.isascii() or not document.isdigit():
            return _refused(request, code, _("没有收到文件，或没有选择文书。请都选好再提交。"))
        page, why = dossiers.file_page(
            viewer=viewer_behind(request),
            code=code,
            document=int(document),
            content=file,
            scanner=no_scanner,
            at=clock.now(),
        )
    except (dossiers.DossierNotVisible, CaseClosedToUploads) as problem:
        raise Http404 from problem
    except DomainError as problem:
        return _refused(request, code, str(problem))
    if page is None:
        return _refused(request, code, _("文件没有收下：%(reason)s。") % {"reason": why})
    found = dossiers.open_dossier(viewer_behind(request), code=code, place=1)
    leaves = [leaf for each in found.documents for leaf in each.leaves]
    added = next(leaf for leaf in leaves if (leaf.document, leaf.number) == (page.document_id, page.number))
    return redirect(f"{reverse('cases:dossier', args=[code])}?{urlencode({'page': added.place})}")


def _refused(request: HttpRequest, code: str, problem: str) -> HttpResponse:
    page = {"problem": problem, "back": reverse("cases:dossier", args=[code])}
    return render(request, "access/refused.html", page, status=422)


def _address(found: dossiers.OpenDossier, *, zoom: str) -> str:
    place = found.leaf.place if found.leaf else 1
    return "?" + urlencode({"page": place, "zoom": zoom})
