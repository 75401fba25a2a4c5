"""Experiments on many machines: ``python -m etude.ray transfer guitar-to-bass --subjects 200 --out runs/wide``.

Each subject is a task of a Ray cluster, by default on this machine alone; ``--address`` names another cluster. The joined
result is bit-identical to a single run. A task whose worker or node dies is restarted elsewhere; if the machines share the
folder, it resumes from the subject's last checkpoint. To resume a command that was stopped, run it again.
"""

import argparse
import io
import json
import pathlib
import shutil
import sys
import tarfile
import tempfile
import time

import ray

from . import commands
from ._etude import EtudeError

PARTS = ".parts"


def transfer(experiment, out, *, subjects, agent=None, seed=None, scale_steps=None, address=None, quiet=False):
    """Runs an experiment of ``etude transfer`` on a Ray cluster, one task for each subject, and returns the run.

    ``experiment`` and ``agent`` may be names or paths of YAML files, which must exist on all machines. ``agent`` may also be a Python
    class.
    """
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False, include_dashboard=False)
    out = pathlib.Path(out).absolute()
    parts = out.with_name(out.name + PARTS)
    parts.mkdir(parents=True, exist_ok=True)
    settings = {"agent": agent, "subjects": subjects, "seed": seed, "scale_steps": scale_steps}
    asked = json.dumps({"experiment": str(experiment), **settings, "agent": getattr(agent, "__name__", agent)})
    record = parts / "asked.json"
    if record.exists() and record.read_text() != asked:
        raise EtudeError(f"{parts} holds parts of another run ({record.read_text()}); expected those of {asked}")
    record.write_text(asked)
    missing = [index for index in range(1, subjects + 1) if not (parts / f"{index}.tar").exists()]
    waiting = {_subject.remote(experiment, str(parts), f"{index}/{subjects}", settings): index for index in missing}
    start, spent = time.monotonic(), 0.0
    while waiting:
        done, _ = ray.wait(list(waiting), num_returns=1)
        archive, seconds = ray.get(done[0])
        index = waiting.pop(done[0])
        spent += seconds
        partial = parts / f"{index}.partial"
        partial.write_bytes(archive)
        partial.rename(parts / f"{index}.tar")
        if not quiet:
            through = subjects - len(waiting)
            elapsed = time.monotonic() - start
            print(f"{through}/{subjects} subjects, {elapsed:.0f} s, {spent:.0f} s of processor time", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=parts) as folder:
        folders = []
        for index in range(1, subjects + 1):
            folders.append(pathlib.Path(folder) / str(index))
            with tarfile.open(parts / f"{index}.tar") as archive:
                archive.extractall(folders[-1], filter="data")
        run = commands.merge(folders, out)
    shutil.rmtree(parts)
    return run


@ray.remote(num_cpus=1, max_retries=-1)
def _subject(experiment, parts, shard, settings):
    """The folder of one subject's part as an archive, and the processor time in s that it took."""
    start = time.process_time()
    # Where the folder of all parts is there, machines share it, and another try goes on where this one has come to.
    shared = pathlib.Path(parts)
    place = shared if shared.is_dir() else pathlib.Path(tempfile.mkdtemp(prefix="etude-"))
    folder = place / shard.replace("/", "-of-")
    commands.transfer(experiment, folder, settings["agent"], **_but(settings, "agent"), shard=shard)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(folder, ".")
    shutil.rmtree(folder if place == shared else place)
    return archive.getvalue(), time.process_time() - start


def _but(settings, name):
    return {key: value for key, value in settings.items() if key != name}


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m etude.ray", description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True).add_parser(
        "transfer", help="run an experiment, one task for each subject"
    )
    command.add_argument("experiment", help="experiment name, or path of its YAML file")
    command.add_argument("--out", required=True, help="output folder")
    command.add_argument("--subjects", type=int, required=True, help="subjects in each group")
    command.add_argument("--agent", help="agent name, or path of its YAML file [default: the experiment's]")
    command.add_argument("--seed", type=int, help="seed of all randomness [default: the experiment's]")
    command.add_argument("--scale-steps", type=float, help="multiply all numbers of steps")
    command.add_argument("--address", help="address of a Ray cluster [default: this machine]")
    command.add_argument("--quiet", action="store_true", help="show no progress")
    given = vars(parser.parse_args(arguments))
    given.pop("command")
    run = transfer(given.pop("experiment"), given.pop("out"), **given)
    print(f"Report {run.folder / 'report.html'}")


if __name__ == "__main__":
    main()
