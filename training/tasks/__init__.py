"""What is trained beside generators, a folder a task: pictures, losses, a step. Networks are in `training.networks`."""

# A new kind is a line here: the module with its `Options` and, in its docstring, what it is; and the module that has
# `begin(config, device, state)`, which makes its `Trainee`, and `export(folder, out)`, which writes its weights file.
TASKS = {
    "colorize": ("training.tasks.translate.colorize", "training.tasks.translate.trainee"),
    "concept": ("training.tasks.concept.options", "training.tasks.concept.trainee"),
    "encoder": ("training.tasks.encode.options", "training.tasks.encode.trainee"),
    "superres": ("training.tasks.superres.options", "training.tasks.superres.trainee"),
    "restore": ("training.tasks.translate.restore", "training.tasks.translate.trainee"),
    "pix2pix": ("training.tasks.translate.pix2pix", "training.tasks.translate.trainee"),
}
