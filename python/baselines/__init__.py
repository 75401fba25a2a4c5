"""Deep-RL rivals of the brain, by Stable-Baselines3: how they were tuned, and how they do beside it."""
