"""Every Python example of the package's README and of the tutorials runs, in the order shown."""

import os
import pathlib
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).parents[1] / "README.md"
BOOK = pathlib.Path(__file__).parents[2] / "docs"
NEEDS = ["stable_baselines3", "minari", "torch"]
TASK = "task: cycling/gravel-v0\nextends: cycling/flat-v0\nsummary: Ride 60 m of gravel.\nground: {roughness: 256.0e-6}\n"


def blocks(page, language="python"):
    return [part.split("```")[0] for part in page.read_text().split(f"```{language}\n")[1:]]


def run_all(examples, folder):
    for example in examples:
        if any(f"import {name}" in example or f"from {name}" in example for name in NEEDS if not _there(name)):
            continue
        # Small networks are faster on one thread.
        alone = {**os.environ, "OMP_NUM_THREADS": "1", "MINARI_DATASETS_PATH": str(folder)}
        command = [sys.executable, "-c", example]
        done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{example}\n{done.stderr}"


def test_examples_run(tmp_path):
    (tmp_path / "my-task.yaml").write_text(TASK)
    import etude

    etude.train("cycling/flat-v0", tmp_path / "runs" / "small", subjects=2, steps=2000, evaluate_every=1000)
    examples = blocks(README)
    assert len(examples) >= 6
    run_all(examples, tmp_path)


def write_yaml(page, folder):
    for text in blocks(page, "yaml"):
        (folder / text.splitlines()[0].removeprefix("# ").strip()).write_text(text)


def test_the_benchmark_tutorial_runs(tmp_path):
    page = BOOK / "tutorial-benchmark.md"
    write_yaml(page, tmp_path)
    examples = blocks(page)
    assert len(examples) >= 3
    run_all(examples, tmp_path)
    assert (tmp_path / "runs" / "bench-climber" / "summary.json").exists()


def test_the_tutorial_of_trials_runs(tmp_path):
    import etude

    page = BOOK / "tutorial-trials.md"
    # The run that its examples read, as its own command has it.
    assert "train field-study.yaml --subjects 3 --steps 4_000 --record-steps --out runs/field-study\n" in page.read_text()
    write_yaml(page, tmp_path)
    run = tmp_path / "runs" / "field-study"
    etude.train(tmp_path / "field-study.yaml", run, subjects=3, steps=4000, record_steps=True)
    examples = blocks(page)
    assert len(examples) >= 3 and any("read_parquet" in example for example in examples)
    run_all(examples, tmp_path)
    # The table that pandas writes is one that a task can name.
    study = "task: reaching/study-v1\nextends: reaching/null-v1\nsummary: A study.\nschedule:\n  - trials: study.csv\n"
    (tmp_path / "study.yaml").write_text(study)
    assert etude.task(tmp_path / "study.yaml").id == "reaching/study-v1"


def _there(name):
    import importlib.util

    return importlib.util.find_spec(name) is not None


def test_the_way_to_a_trained_agent_and_its_picture_is_short(tmp_path):
    pytest.importorskip("stable_baselines3")
    script = README.parent / "examples" / "sb3_ppo.py"
    command = [sys.executable, script, "reaching/null-v0", "reach.png", "--steps", "4000"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and "score" in done.stdout, done.stderr
    assert (tmp_path / "reach.png").read_bytes().startswith(b"\x89PNG")


def test_the_single_file_ppo_runs(tmp_path):
    pytest.importorskip("torch")
    script = README.parent / "examples" / "ppo.py"
    done = subprocess.run(
        [sys.executable, script, "reaching/null-v0", "--steps", "4000"], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0 and "4096 steps: score" in done.stdout, done.stderr
