"""The HTTP interface of the server, as a FastAPI application."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from salzoo import __version__
from salzoo.serving.access import PROTECTED, Access
from salzoo.serving.api_page import CONTENT_SECURITY_POLICY, write_api_page
from salzoo.serving.counters import CONTENT_TYPE
from salzoo.serving.negotiation import JSON, OUTPUTS, choose_answer
from salzoo.serving.problems import Problem, described_problems, problem_response
from salzoo.serving.service import Service, make_question
from salzoo.utils.errors import shorten, unknown_name

PREDICT = "/v1/models/{name}:predict"
MOST_SPOTS = 100

_DESCRIPTION = 'Saliency maps of images. An answer that is no success is JSON, {"error": sentence}.'
_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "required": True,
    "description": "The bytes of an image file, or multipart/form-data with it as the part image.",
    "content": {
        "image/*": {"schema": _BINARY},
        "application/octet-stream": {"schema": _BINARY},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": _BINARY,
                    "regions": {"type": "string", "description": "as the parameter regions"},
                },
            },
        },
    },
}
_ANSWERS = {
    "description": "The answer, of the type that was asked for.",
    "content": {
        media_type: {"schema": {"type": "object"} if media_type == JSON else _BINARY}
        for media_types in OUTPUTS.values()
        for media_type in media_types
    },
}
_FOR_PREDICTION = (400, 401, 404, 406, 408, 413, 415, 422, 500, 503)


def make_app(service: Service) -> FastAPI:
    """Make the application.

    Args:
        service: that answers.
    """
    app = FastAPI(
        title="salzoo",
        version=__version__,
        description=_DESCRIPTION,
        # FastAPI's pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    _add_prediction(app, service)
    _add_states(app, service)
    _add_problems(app, service)

    @app.get("/", include_in_schema=False)
    async def describe() -> HTMLResponse:
        page = write_api_page(app.openapi())
        return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    app.openapi = functools.partial(_describe_models, app.openapi, service)  # type: ignore[method-assign]
    app.add_middleware(Access, service=service)
    if service.settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.settings.cors,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    return app


def _describe_models(describe: Callable[[], dict[str, Any]], service: Service) -> dict[str, Any]:
    """Return the description of the interface with the names of the models and the token."""
    description = describe()
    parameters = description["paths"][PREDICT]["post"]["parameters"]
    [name] = [parameter for parameter in parameters if parameter["name"] == "name"]
    name["schema"]["enum"] = [*service.settings.models]
    if service.settings.token is not None:
        schemes = {"token": {"type": "http", "scheme": "bearer"}}
        description.setdefault("components", {})["securitySchemes"] = schemes
        for path, operations in description["paths"].items():
            if path.startswith(PROTECTED):
                for operation in operations.values():
                    operation["security"] = [{"token": []}]
    return description


def _add_prediction(app: FastAPI, service: Service) -> None:
    known = ("output", "top", "regions", "crop")

    @app.post(
        PREDICT,
        summary="Predict the saliency map of an image",
        response_class=Response,
        responses={200: _ANSWERS, **described_problems(*_FOR_PREDICTION)},
        openapi_extra={"requestBody": _BODY},
    )
    async def predict(
        request: Request,
        name: str,
        output: Annotated[
            str | None,
            Query(
                description="What to answer; without it the header Accept decides: image/png and "
                "application/x-npy are a map, image/jpeg an overlay, application/json attention.",
                json_schema_extra={"enum": [*OUTPUTS]},
            ),
        ] = None,
        top: Annotated[
            int | None,
            Query(
                ge=0,
                le=MOST_SPOTS,
                description="Number of the most salient spots to list (default: 5), or to mark in "
                "an overlay (default: 0).",
            ),
        ] = None,
        regions: Annotated[
            str | None,
            Query(
                description="Boxes whose share of attention is computed: a JSON list of objects "
                "with name, x, y, width and height, in pixels of the upright image.",
            ),
        ] = None,
        crop: Annotated[
            str | None,
            Query(
                description="Aspect ratio of the crop, width first, such as 16:9.",
                json_schema_extra={"example": "16:9"},
            ),
        ] = None,
    ) -> Response:
        service.models.check_name(name)
        for parameter in request.query_params:
            if parameter not in known:
                raise Problem(400, str(unknown_name("parameter", parameter, known)))
        answer = choose_answer(output, request.headers.get("accept"))
        question = make_question(answer, top, regions, crop)
        return await service.predict(name, request, question)


def _add_states(app: FastAPI, service: Service) -> None:
    @app.get("/v1/models", summary="List the models", responses=described_problems(401))
    async def list_models() -> dict[str, list[dict[str, Any]]]:
        return {"models": service.models.describe()}

    @app.get("/healthz", summary="Whether the process is alive")
    async def check_health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(
        "/readyz", summary="Whether predictions are answered", responses=described_problems(503)
    )
    async def check_readiness() -> dict[str, str]:
        service.check_ready()
        return {"status": "ready"}

    @app.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **described_problems(401),
        },
    )
    async def measure() -> Response:
        return Response(service.counters.render(), headers={"Content-Type": CONTENT_TYPE})


def _add_problems(app: FastAPI, service: Service) -> None:
    @app.exception_handler(Problem)
    async def refuse(_: Request, problem: Problem) -> JSONResponse:
        if problem.reason:
            service.counters.refused.labels(problem.reason).inc()
        return problem_response(problem)

    @app.exception_handler(RequestValidationError)
    async def refuse_parameter(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(Problem(422, _describe_errors(error.errors())))

    @app.exception_handler(HTTPException)
    async def refuse_address(request: Request, error: HTTPException) -> JSONResponse:
        sentences = {
            404: "There is no such address; / describes those that are.",
            405: f"The address does not take {shorten(request.method)}; / describes what it takes.",
        }
        sentence = sentences.get(error.status_code, str(error.detail))
        return problem_response(Problem(error.status_code, sentence, error.headers))


def _describe_errors(errors: Sequence[Mapping[str, Any]]) -> str:
    first = errors[0]
    message = str(first["msg"]).removeprefix("Input should be ")
    return f"The parameter {first['loc'][-1]} is '{shorten(first['input'])}'; give {message}."
