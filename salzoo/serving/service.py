"""What a server does with a request for a prediction."""

from __future__ import annotations

import asyncio
import contextlib
import time

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from salzoo.prediction.attention import BoxFile
from salzoo.serving.answers import Computed, Question, compute_answer
from salzoo.serving.bodies import Body, BodyReader
from salzoo.serving.counters import Counters
from salzoo.serving.negotiation import Answer
from salzoo.serving.problems import Problem, not_now
from salzoo.serving.served_models import LoadedModel, ServedModels
from salzoo.serving.settings import ServerSettings
from salzoo.serving.work_queue import WorkQueue
from salzoo.utils.errors import InputError
from salzoo.utils.validators import check_aspect

MOST_BOXES = 100


class Service:
    """The models, limits and metrics of one process.

    Args:
        settings: of the server.

    Attributes:
        stopping: whether it finishes what it has and takes nothing new.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.models = ServedModels(settings)
        self.counters = Counters()
        self.queue = WorkQueue(settings.queue, settings.timeout)
        self._reader = BodyReader(settings)
        self.stopping = False

    async def predict(self, name: str, request: Request, question: Question) -> Response:
        """Answer a request for a prediction.

        Args:
            name: of the model.
            request: whose body was not read.
            question: what is asked about the image.

        Raises:
            Problem: it is refused.
        """
        model = self.models.get(name)
        request.scope["salzoo.model"] = name
        # Before the body is sent: it may be large.
        self.queue.check()
        begun = time.perf_counter()
        try:
            body = await self._reader.read(request)
            if body.regions is not None:
                question = question._replace(boxes=parse_boxes(body.regions))
            self._observe(name, receive=time.perf_counter() - begun)
            begun = time.perf_counter()
            computed = await self._compute(model, request, body, question)
        finally:
            self._reader.release(request)
        elapsed = time.perf_counter() - begun
        self._observe(name, wait=elapsed - sum(computed.seconds.values()), **computed.seconds)
        self.counters.megapixels.labels(name).observe(computed.pixels / 1e6)
        return Response(computed.content, media_type=question.answer.media_type)

    async def _compute(
        self, model: LoadedModel, request: Request, body: Body, question: Question
    ) -> Computed:
        """Compute an answer, unless its client goes before that has begun."""
        limit = self.settings.pixel_limit
        job = asyncio.ensure_future(self.queue.run(compute_answer, model, body, question, limit))
        gone = asyncio.ensure_future(_wait_for_end(request))
        self.counters.queue.inc()
        try:
            await asyncio.wait({job, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not job.done():
                raise ClientDisconnect
            return job.result()
        finally:
            self.counters.queue.dec()
            for task in (job, gone):
                task.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await gone

    def _observe(self, name: str, **stages: float) -> None:
        for stage, seconds in stages.items():
            self.counters.stages.labels(name, stage).observe(max(seconds, 0.0))

    def check_ready(self) -> None:
        """Raise Problem unless predictions are answered."""
        if self.stopping:
            raise not_now("The server is stopping; send requests to another one.", 5, "stopping")
        if not self.models.ready:
            raise not_now("The models are being loaded; ask again later.", 5, "loading")

    def reload(self) -> None:
        """Load the models again, from another thread than that of the requests."""
        result = "done" if self.models.reload() else "failed"
        self.counters.reloads.labels(result).inc()


async def _wait_for_end(request: Request) -> None:
    """Return when the client has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def make_question(
    answer: Answer, top: int | None, regions: str | None, crop: str | None
) -> Question:
    """Make a question of the parameters of a request.

    Args:
        answer: what the client wants back.
        top: number of spots.
        regions: JSON list of boxes.
        crop: aspect ratio, width first.

    Raises:
        Problem: a parameter is unusable.
    """
    try:
        aspect = None if crop is None else check_aspect(crop)
    except InputError as error:
        raise Problem(422, f"The parameter crop: {error}") from error
    if answer.output == "crop" and aspect is None:
        raise Problem(422, "The output crop needs the parameter crop, such as crop=16:9.")
    boxes = None if regions is None else parse_boxes(regions)
    return Question(answer, top, boxes, aspect)


def parse_boxes(text: str) -> BoxFile:
    """Parse the boxes of a request, at most MOST_BOXES.

    Args:
        text: JSON list of objects with name, x, y, width and height.

    Raises:
        Problem: it is none.
    """
    try:
        return BoxFile.from_json(text, "regions", MOST_BOXES)
    except InputError as error:
        raise Problem(422, str(error)) from error
