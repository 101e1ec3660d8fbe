"""The one API; each application brings its router."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from zhunsheng.apps.alerts.api import router as reading_router
from zhunsheng.apps.cases.api import router as cases_router
from zhunsheng.apps.inspection.api import router as inspection_router
from zhunsheng.apps.points.api import router as points_router
from zhunsheng.apps.refusals import DomainError

api = NinjaAPI(title="准绳", version="1", urls_namespace="api", docs_url=None, openapi_url="openapi.json")
api.add_router("", cases_router)
api.add_router("", reading_router)
api.add_router("", points_router)
api.add_router("", inspection_router)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, problem: DomainError) -> HttpResponse:
    """A refusal that the caller can act on."""
    return api.create_response(request, {"code": problem.code, "text": str(problem)}, status=409)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """Where the request is not as documented. The values sent are not repeated."""
    places = [{"where": ".".join(str(part) for part in row["loc"]), "what": row["msg"]} for row in problem.errors]
    return api.create_response(
        request, {"code": "invalid", "text": "请求与接口说明不符。", "places": places}, status=422
    )
