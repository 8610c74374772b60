"""The models of a server: loaded in the background, reloaded without a gap."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import numpy as np

from salzoo.serving.problems import Problem, not_now
from salzoo.serving.request_log import log
from salzoo.serving.settings import Predict, ServerSettings
from salzoo.utils.errors import InputError, unknown_name

# Of a model's card; the others name files and options.
SHOWN = ("model", "task", "trained_on", "paper")


class LoadedModel:
    """A predictor and what is known about it.

    Args:
        predict: function of an image to its map, which several threads may call.

    Attributes:
        calibration: of the shares of attention; None: there is none.
    """

    def __init__(self, predict: Predict) -> None:
        self._predict = predict
        card = getattr(predict, "card", {})
        self.calibration = getattr(predict, "calibration", None)
        self.description = {key: card[key] for key in SHOWN if key in card}
        self.loaded_at = datetime.datetime.now(datetime.UTC)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Predict the map of an image."""
        return self._predict(image)


class ServedModels:
    """Models by name.

    Args:
        settings: of the server.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._loaded: dict[str, LoadedModel] = {}
        self._loading = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether all models are loaded."""
        return len(self._loaded) == len(self._settings.models)

    def load(self) -> None:
        """Load all models; it takes seconds.

        Raises:
            InputError: one of them is unusable.
        """
        with self._loading:
            for name in self._settings.models:
                self._loaded[name] = self._load(name)

    def reload(self) -> bool:
        """Load all models again; requests are answered by the earlier ones meanwhile.

        Returns:
            Whether all could be loaded; a model that cannot be keeps its earlier state.
        """
        done = True
        with self._loading:
            for name in self._settings.models:
                try:
                    self._loaded[name] = self._load(name)
                except Exception as error:  # whatever it is, the earlier model still works
                    done = False
                    log("model kept", "error", model=name, reason=_reason(error))
        return done

    def _load(self, name: str) -> LoadedModel:
        settings = self._settings
        model = LoadedModel(settings.load(settings.models[name], settings.options))
        # The first prediction compiles the network.
        model(np.zeros((32, 32, 3), "uint8"))
        log("model loaded", model=name)
        return model

    def check_name(self, name: str) -> None:
        """Raise Problem unless a model of this name is served."""
        if name not in self._settings.models:
            raise Problem(404, str(unknown_name("model", name, self._settings.models)))

    def get(self, name: str) -> LoadedModel:
        """Return a model.

        Args:
            name: of the address.

        Raises:
            Problem: there is none of this name, or it is still being loaded.
        """
        self.check_name(name)
        if name not in self._loaded:
            raise not_now(
                f"The model {name} is being loaded; send the request again later.", 5, "loading"
            )
        return self._loaded[name]

    def describe(self) -> list[dict[str, Any]]:
        """Return what clients may know about each model."""
        found = []
        for name in self._settings.models:
            model = self._loaded.get(name)
            entry: dict[str, Any] = {"name": name, "ready": model is not None}
            if model is not None:
                entry |= {"loaded_at": model.loaded_at.isoformat(timespec="seconds")}
                entry |= {"card": model.description}
            found.append(entry)
        return found


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
