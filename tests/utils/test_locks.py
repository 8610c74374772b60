"""Processes that would do the same work wait for the first one."""

import logging
import threading

from salzoo.utils.locks import one_at_a_time


def test_the_second_waits_and_is_told(tmp_path, caplog):
    def second():
        with one_at_a_time(path, "counting the same"):
            order.append("second")

    path, order = tmp_path / "new" / "work.lock", []
    thread = threading.Thread(target=second)
    with caplog.at_level(logging.INFO, "salzoo"):
        with one_at_a_time(path):
            thread.start()
            while "waiting for it" not in caplog.text and thread.is_alive():
                thread.join(0.01)
            order.append("first")
        thread.join()
    assert order == ["first", "second"]
    assert f"Another process is counting the same ({path}); waiting for it." in caplog.text
