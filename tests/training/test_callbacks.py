"""Lines of a log, by a clock of the test's own."""

from salzoo.training.callbacks import LogLines


def test_a_line_a_minute_with_speed_and_time_left(capsys):
    """Steps of 20 seconds, of which the first takes 100 more."""
    now = [0.0]
    lines = LogLines(first=10, total=1000, clock=lambda: now[0])
    for batch in range(12):
        now[0] += 120 if batch == 0 else 20
        lines.on_train_batch_end(batch, {"loss": 0.123456, "nss": 1.5})
    printed = capsys.readouterr().out.splitlines()
    # At 140 s, as the last line would have been at 0 s, then after every third step.
    assert [line.split(":")[0] for line in printed] == [
        f"step {step} of 1,000" for step in (12, 15, 18, 21)
    ]
    left = "loss 0.1235, nss 1.5, 0.05 steps/s, 5 h 29 min left"
    assert printed[0] == f"step 12 of 1,000: {left}"
