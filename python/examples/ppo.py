"""PPO in one file, after CleanRL: ``python python/examples/ppo.py cycling/flat-v0``. It needs PyTorch."""

import argparse

import etude
import numpy as np
import torch
from torch import nn
from torch.distributions import Normal

LANES, ROLLOUT, EPOCHS, BATCH = 16, 128, 10, 512
DISCOUNT, TRACE, CLIP, RATE = 0.99, 0.95, 0.2, 1e-3


class ActorCritic(nn.Module):
    """Two networks of two layers, and a spread of actions that does not depend on the state."""

    def __init__(self, observations, actions):
        super().__init__()

        def network(outputs, gain):
            layers = [nn.Linear(observations, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, outputs)]
            for layer in layers[::2]:
                nn.init.orthogonal_(layer.weight, gain if layer is layers[-1] else 2**0.5)
                nn.init.zeros_(layer.bias)
            return nn.Sequential(*layers)

        self.actor, self.critic = network(actions, 0.01), network(1, 1.0)
        self.spread = nn.Parameter(torch.zeros(actions))

    def policy(self, observations):
        return Normal(self.actor(observations), self.spread.exp())

    def value(self, observations):
        return self.critic(observations).squeeze(-1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("--steps", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    envs = etude.make_vec(given.task, LANES)
    # Fields have units: what is typical of each brings them to one scale.
    scale = torch.tensor([field.typical for field in envs.observation_fields])
    agent = ActorCritic(len(envs.observation_fields), len(envs.action_fields))
    optimiser = torch.optim.Adam(agent.parameters(), RATE, eps=1e-5)
    seen = torch.from_numpy(envs.reset(seed=given.seed)[0]) / scale
    ended = torch.zeros(LANES)
    scores = []
    for taken in range(0, given.steps, LANES * ROLLOUT):
        rows = []
        for _ in range(ROLLOUT):
            with torch.no_grad():
                policy = agent.policy(seen)
                action = policy.sample()
                value, chance = agent.value(seen), policy.log_prob(action).sum(-1)
            following, reward, terminated, truncated, info = envs.step(action.numpy())
            over = terminated | truncated
            scores += info["score"][over].tolist()
            reward = torch.from_numpy(reward)
            following = torch.from_numpy(following) / scale
            with torch.no_grad():
                # An episode that was only cut short has a future.
                reward = reward + DISCOUNT * agent.value(following) * torch.from_numpy(truncated & ~terminated)
            # A step after an episode's end only begins the next one: it is nothing to learn from.
            rows.append((seen, action, chance, value, reward, torch.from_numpy(over).float(), 1 - ended))
            seen, ended = following, torch.from_numpy(over).float()
        observations, actions, chances, values, rewards, overs, real = map(torch.stack, zip(*rows))
        with torch.no_grad():
            onward, advantage, advantages = agent.value(seen), torch.zeros(LANES), torch.zeros(ROLLOUT, LANES)
            for step in reversed(range(ROLLOUT)):
                going = 1 - overs[step]
                surprise = rewards[step] + DISCOUNT * onward * going - values[step]
                advantage = surprise + DISCOUNT * TRACE * going * advantage
                advantages[step], onward = advantage, values[step]
        returns = advantages + values
        kept = real.flatten().bool()
        parts = [part.flatten(0, 1)[kept] for part in (observations, actions, chances, advantages, returns)]
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(parts[0])).split(BATCH):
                state, action, chance, gain, wanted = (part[batch] for part in parts)
                ratio = (agent.policy(state).log_prob(action).sum(-1) - chance).exp()
                gain = (gain - gain.mean()) / (gain.std() + 1e-8)
                loss = -torch.min(ratio * gain, ratio.clamp(1 - CLIP, 1 + CLIP) * gain).mean()
                loss = loss + 0.5 * (agent.value(state) - wanted).square().mean()
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
                optimiser.step()
        recent = np.mean(scores[-100:]) if scores else float("nan")
        print(f"{taken + LANES * ROLLOUT} steps: score {recent:.3f} in the last {min(len(scores), 100)} episodes", flush=True)


if __name__ == "__main__":
    main()
