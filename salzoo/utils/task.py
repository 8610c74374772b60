"""The two prediction tasks, alone or together.

The only module of `utils` about saliency: it is here because models, datasets, metrics and
losses, which do not import one another, all state their task.
"""

from __future__ import annotations

import enum

from salzoo.utils.errors import unknown_name

_SEPARATOR = " + "


class Task(enum.Flag):
    """What a model predicts and what a dataset holds the ground truth of.

    Members combine: `Task.FIXATIONS | Task.OBJECTS` is a model or a dataset of both.
    Iterating over a task gives its single members, `Task.OBJECTS in task` tests for one.

    Attributes:
        FIXATIONS: where people look (fixation prediction).
        OBJECTS: which object stands out (salient object detection).
    """

    FIXATIONS = enum.auto()
    OBJECTS = enum.auto()

    def __str__(self) -> str:
        """Return the name for tables, files and flags, such as "fixations + objects"."""
        return _SEPARATOR.join(str(member.name).lower() for member in self)

    @classmethod
    def parse(cls, task: Task | str) -> Task:
        """Return the task of a name that `str` gives; a `Task` is returned as it is.

        Args:
            task: "fixations", "objects", "fixations + objects" or a `Task`.

        Raises:
            InputError: there is no such task.
        """
        if isinstance(task, cls):
            return task
        tasks = (cls.FIXATIONS, cls.OBJECTS, cls.FIXATIONS | cls.OBJECTS)
        known = {str(member): member for member in tasks}
        if task not in known:
            raise unknown_name("task", task, known)
        return known[task]
