"""Experiments on a cluster, where Ray is installed: two nodes on this machine, a worker and a node killed in mid-run."""

import os
import pathlib
import signal
import sys
import threading
import time

import pytest

import etude

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("default")

EXPERIMENT = """
experiment: wide
question: Does riding help?
agent: brain
evaluate_every: 10000
evaluation_episodes: 2
criterion: 0.5
reference: scratch
test: {task: cycling/rough-v0, steps: 20000}
groups:
  scratch: {}
  transfer:
    practice:
      - {task: cycling/flat-v0, steps: 20000}
"""


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found by /proc")
def test_a_killed_worker_and_a_killed_node_change_no_byte(tmp_path):
    from ray.cluster_utils import Cluster

    import etude.ray

    experiment = tmp_path / "wide.yaml"
    experiment.write_text(EXPERIMENT)
    whole = etude.transfer(experiment, tmp_path / "whole", subjects=4, seed=7, threads=2)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    other = cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False)
    killed = []

    def harm():
        # A worker at work is a process of Ray that has the library open and uses the processor.
        deadline = time.monotonic() + 60
        while not killed and time.monotonic() < deadline:
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if "ray::_subject" in pathlib.Path(f"/proc/{name}/cmdline").read_text():
                        time.sleep(0.2)
                        os.kill(int(name), signal.SIGKILL)
                        killed.append(name)
                        break
                except OSError:
                    continue
            time.sleep(0.05)
        # At once: the subject of the killed worker is still to be done again, so that the run is under way.
        cluster.remove_node(other, allow_graceful=False)

    harming = threading.Thread(target=harm)
    harming.start()
    try:
        run = etude.ray.transfer(experiment, tmp_path / "wide", subjects=4, seed=7, quiet=True)
    finally:
        harming.join()
        ray.shutdown()
        cluster.shutdown()
    assert killed, "no worker was seen at work"
    assert files(run.folder) == files(whole.folder)
    assert not (tmp_path / "wide.parts").exists()


def test_the_command_says_what_it_takes(capsys):
    from etude.ray import main

    with pytest.raises(SystemExit):
        main(["transfer", "--help"])
    assert "--subjects" in capsys.readouterr().out
