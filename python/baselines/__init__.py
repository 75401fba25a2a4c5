"""Deep-RL rivals of the brain, from Stable-Baselines3: how they were tuned, and how they compare with it."""
