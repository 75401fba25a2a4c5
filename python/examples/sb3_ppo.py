"""PPO of Stable-Baselines3 learns a task and draws a picture of it: ``python python/examples/sb3_ppo.py cycling/flat-v0 ride.png``."""

import argparse

import etude.sb3
import torch
from matplotlib.image import imsave
from stable_baselines3 import PPO

LANES = 16
# Env steps after which the picture is taken.
SEEN_AT = 30


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("picture", help="PNG file")
    parser.add_argument("--steps", type=int, default=100_000)
    given = parser.parse_args()
    # Networks as small as these are fastest on one thread.
    torch.set_num_threads(1)
    envs = etude.sb3.make_vec(given.task, LANES, render_mode="rgb_array")
    model = PPO("MlpPolicy", envs, n_steps=128, batch_size=512, learning_rate=1e-3, seed=0, device="cpu")
    model.learn(given.steps)

    # The first episode of each lane: those that end soon would count more often than those that go on.
    observations, scores, steps = envs.reset(), {}, 0
    while len(scores) < LANES:
        observations, _, _, infos = envs.step(model.predict(observations, deterministic=True)[0])
        steps += 1
        if steps == SEEN_AT:
            imsave(given.picture, envs.get_images()[0])
        for lane, info in enumerate(infos):
            if info:
                scores.setdefault(lane, info["score"])
    print(f"score {sum(scores.values()) / LANES:.3f} in {LANES} episodes")


if __name__ == "__main__":
    main()
