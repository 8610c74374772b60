"""The table of all models and targets, without exporting."""

from experiments import export_parity

FOUND = {
    "target": "onnx",
    "precision": "float32",
    "bytes": 12_000_000,
    "max_difference": 3e-6,
    "cc": 1.0,
    "contrast": 0.9,
    "milliseconds": 8.0,
    "tensorflow_milliseconds": 17.0,
    "peak_gb": 1.5,
    "kept": True,
}


def test_what_is_measured_is_not_measured_again(tmp_path, monkeypatch, capsys):
    asked = []

    def measure(source, target, images):
        asked.append((source, target, images))
        refused = {"target": "web", "refused": "it blurs its maps"}
        return refused if target.startswith("web") else FOUND

    monkeypatch.setattr(export_parity, "make_source", lambda model, *_: f"{model}.keras")
    monkeypatch.setattr(export_parity, "run_process", measure)
    command = ["msinet", "--targets", "onnx,web:float32", "--images", "2", "--out", str(tmp_path)]
    export_parity.main(command)
    assert asked == [("msinet.keras", "onnx", 2), ("msinet.keras", "web:float32", 2)]
    export_parity.main(command)
    assert len(asked) == 2
    table = (tmp_path / "table.md").read_text()
    assert "| msinet | onnx float32 | 12.0 | 3.0e-06 | 1.00000 | 0.90 | 8 | 17 | 1.5 |" in table
    assert "| msinet | web | " in table and "it blurs its maps |" in table
    assert table in capsys.readouterr().out


def test_a_process_that_fails_is_a_row(tmp_path, monkeypatch):
    monkeypatch.setattr(export_parity.sys, "executable", "false")
    assert "ended with 1" in export_parity.run_process("model", "onnx", 1)["refused"]
