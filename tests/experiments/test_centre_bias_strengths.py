import numpy as np
import pytest

from experiments.centre_bias import main, with_strength
from salzoo.models import build_model


def test_a_stronger_bias_moves_the_map_to_the_centre(random):
    image = np.float32(random.integers(0, 256, (96, 128, 3)))
    rows, columns = np.mgrid[-1:1:96j, -1:1:128j]

    def spread(strength):
        density = with_strength("msinet_lite", strength)(image)
        return (density * (rows**2 + columns**2)).sum() / density.sum()

    assert spread(0) > spread(4)


def test_bad_input_is_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path), "--dataset", "synthetic", "--limit", "2"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "config.json" in error


def test_a_model_without_a_centre_bias(tmp_path, capsys):
    path = tmp_path / "msinet.keras"
    build_model("msinet", input_shape=(64, 64, 3)).save(path)
    assert main([str(path), "--dataset", "synthetic", "--limit", "2"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "has no centre bias" in error


def test_a_strength_below_0_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["msinet_lite", "--dataset", "synthetic", "--strengths", "-1"])
    assert "-1" in capsys.readouterr().err
