"""Run folders as data frames."""

import etude
import pytest

EPISODES = "subject,seed,episode,steps,length,return,score,terminated,truncated,fault,shifts\n0,0,0,300,300,188.5,0.25,0,1,,\n"
EVALUATIONS = "subject,seed,steps,episodes,score,return,length,trial\n0,0,0,5,0.02,95.4,300,\n0,0,10000,5,0.28,240.2,300,\n"


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run.yaml").write_text("format: etude-run 2\n")
    (tmp_path / "episodes.csv").write_text(EPISODES)
    (tmp_path / "evaluations.csv").write_text(EVALUATIONS)
    (tmp_path / "summary.json").write_text('{"score_iqm": 0.28}')
    return tmp_path


def test_tables_are_what_the_files_say(run):
    read = etude.read_run(run)
    assert read.evaluations.score.tolist() == [0.02, 0.28] and read.evaluations.steps.tolist() == [0, 10000]
    assert read.episodes["return"].tolist() == [188.5] and read.episodes.shifts.isna().all()
    assert read.summary == {"score_iqm": 0.28} and not read.is_experiment


def test_an_experiments_episodes_are_those_of_all_groups_and_blocks(run):
    (run / "blocks.csv").write_text("group,block,subject\nscratch,test,0\n")
    (run / "logs").mkdir()
    with pytest.raises(etude.EtudeError, match="no episodes in it"):
        etude.read_run(run).episodes
    for group, block in [("scratch", "test"), ("transfer", "practice-1")]:
        (run / "logs" / f"subject-000.{group}.{block}.episodes.csv").write_text(EPISODES)
    read = etude.read_run(run)
    assert read.is_experiment and read.blocks.group.tolist() == ["scratch"]
    assert read.episodes[["group", "block"]].values.tolist() == [["scratch", "test"], ["transfer", "practice-1"]]


def test_what_is_missing_or_damaged_is_an_error_that_says_so(run):
    with pytest.raises(etude.EtudeError, match="no such folder"):
        etude.read_run(run / "nowhere")
    (run / "logs").mkdir(exist_ok=True)
    with pytest.raises(etude.EtudeError, match="no run.yaml"):
        etude.read_run(run / "logs")
    with pytest.raises(etude.EtudeError, match="there are episodes.csv, evaluations.csv"):
        etude.read_run(run).blocks
    (run / "evaluations.csv").write_text("")
    with pytest.raises(etude.EtudeError, match="expected a table with a header row"):
        etude.read_run(run).evaluations
    (run / "summary.json").write_text("{")
    with pytest.raises(etude.EtudeError, match="expected JSON"):
        etude.read_run(run).summary
