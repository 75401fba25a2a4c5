#!/usr/bin/env bash
# An experiment as an array job: each task of the array runs a part of the subjects, the last one to end joins them.
#
#   sbatch --array=1-16 docs/slurm/transfer.sh guitar-to-bass runs/wide --subjects 200
#
# The first word is the experiment, the second the folder for what comes out (on a disk that all nodes share); the rest
# goes to `etude transfer` as it is. Resubmit killed tasks by the same command: they resume.
# ETUDE is the program, by default the one of the working folder.
#SBATCH --job-name=etude
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail

experiment=$1 out=${2%/}
shift 2
etude=${ETUDE:-target/release/etude}
part=${SLURM_ARRAY_TASK_ID:?start it by sbatch --array=1-N}
parts=${SLURM_ARRAY_TASK_MAX:?}
mkdir -p "$out.parts"

"$etude" transfer "$experiment" --out "$out.parts/$part" --shard "$part/$parts" --resume --quiet \
    --threads "${SLURM_CPUS_PER_TASK:-1}" "$@" >/dev/null
touch "$out.parts/$part.done"

# Whoever finds all parts done joins them; the lock lets one do it.
exec 9>"$out.parts/merge.lock"
flock 9
if [ "$(find "$out.parts" -name '*.done' | wc -l)" -eq "$parts" ] && [ ! -e "$out/summary.json" ]; then
    folders=()
    for index in $(seq 1 "$parts"); do folders+=("$out.parts/$index"); done
    "$etude" merge "${folders[@]}" --out "$out" --resume
fi
