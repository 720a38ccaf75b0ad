"""What is trained beside generators, a folder a task: pictures, losses, a step. Networks are in `training.networks`."""
