"""Several processes train one run, each on its part of every batch: `torchrun --nproc-per-node 2 -m training run ...`.

The result does not hang on the number of processes, but for rounding. Every process draws the random numbers of the
whole batch and takes its part of them (`drawn_together`), what a network does over the batch it does over all parts of
it (`gathered`, `synchronise`), and gradients are averaged. So the processes hold the same weights at every step, and
rank 0 alone writes and speaks. Without torchrun there is one process, and not a bit of what it computes is changed.

DistributedDataParallel is not used: it follows one forward by one backward, where the discriminator here has several
and is differentiated twice for its penalties.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from training.compute import pick_device
from training.errors import UserError

Network = TypeVar("Network", bound=nn.Module)
T = TypeVar("T")
PATIENCE = timedelta(days=30)  # a paused run waits; a process that died is noticed at once, by its closed connection


@contextmanager
def joined() -> Iterator[None]:
    """Joins the other processes that torchrun started, if any. Where a group has been joined already, that one stays.
    RuntimeError when the others are not to be reached."""
    if dist.is_initialized() or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    # Flags and objects travel by gloo, also on GPUs: they need not wait for what these are at.
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and dist.is_nccl_available() else "gloo"
    dist.init_process_group(backend, timeout=PATIENCE)
    try:
        yield
    finally:
        dist.destroy_process_group()


def rank() -> int:
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def is_writer() -> bool:
    """Whether this process writes the run folder and speaks to the user."""
    return rank() == 0


def local_device(name: str) -> torch.device:
    """`pick_device`, and of several GPUs the one that belongs to this process. UserError where there is none."""
    device = pick_device(name)
    if size() == 1 or device.type == "cpu":
        return device
    index = int(os.environ.get("LOCAL_RANK", "0"))
    if device.type != "cuda" or index >= torch.cuda.device_count():
        found = torch.cuda.device_count() if torch.cuda.is_available() else 0
        raise UserError(
            f"process {index} of this machine finds no GPU of its own, there are {found}: lower --nproc-per-node, or "
            "set train.device=cpu"
        )
    torch.cuda.set_device(index)
    return torch.device("cuda", index)


def part_of(batch: int) -> int:
    """How many of the pictures of a batch are this process's. UserError when they cannot be shared out evenly."""
    if batch % size():
        raise UserError(f"train.batch is {batch}, which {size()} processes cannot share evenly: make it a multiple")
    return batch // size()


def shared(make: Callable[[], T]) -> T:
    """What rank 0 makes, for all: it alone calls `make`. Its UserError or OSError is raised in all."""
    if size() == 1:
        return make()
    made: list[Any] = [None, None]
    if is_writer():
        try:
            made[0] = make()
        except (ValueError, OSError) as error:
            made[1] = error
    dist.broadcast_object_list(made, device=torch.device("cpu"))
    if made[1] is not None:
        raise made[1]
    result: T = made[0]
    return result


def on_the_way(device: torch.device) -> torch.device:
    """Where tensors have to be that `shared` passes on, if they are to end on `device`."""
    return device if size() == 1 else torch.device("cpu")


def check_same(value: object, what: str) -> None:
    """UserError in a process whose `value` is not that of rank 0."""
    if shared(lambda: value) != value:
        raise UserError(f"process {rank()} has other {what} than the first one: give all machines the same")


def one_first(make: Callable[[], T]) -> T:
    """What each process makes, the first one of each machine before the others, which find its cache filled."""
    if size() == 1:
        return make()
    first = int(os.environ.get("LOCAL_RANK", str(rank()))) == 0
    if not first:
        wait()
        return make()
    try:
        return make()
    finally:
        wait()


def wait() -> None:
    """Returns when all processes are here."""
    agreed(False)


def agreed(flag: bool) -> bool:
    """Whether `flag` is set in any process."""
    if size() == 1:
        return flag
    raised = torch.tensor(float(flag))
    dist.all_reduce(raised)
    return bool(raised > 0)


def averaged(values: dict[str, float]) -> dict[str, float]:
    """The mean over the processes of each value; all have the same names in the same order."""
    if size() == 1:
        return values
    numbers = torch.tensor(list(values.values()), dtype=torch.float64)
    dist.all_reduce(numbers)
    return dict(zip(values, (numbers / size()).tolist(), strict=True))


@torch.no_grad()
def average_gradients(network: nn.Module) -> None:
    """One message for all gradients, since each costs a round trip."""
    if size() == 1:
        return
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    message = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(message)
    parts = torch.split(message / size(), [g.numel() for g in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view(gradient.shape))


class Total(torch.autograd.Function):
    """The sum of a tensor over the processes. Seen from the sum of all processes' losses, the gradient of a sum is the
    sum of gradients; written as `Total` itself, it can be differentiated again, as R1 needs it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return total_of(gradients[0])


def total_of(x: Tensor) -> Tensor:
    """The sum of x over the processes, with gradient of any order."""
    total: Tensor = Total.apply(x.float()).to(x.dtype) if size() > 1 else x  # gloo adds up float32 everywhere
    return total


def gathered(x: Tensor) -> Tensor:
    """(n, ...) of each process -> (n * size, ...), the whole batch in order, with gradient of any order."""
    if size() == 1:
        return x
    before, after = rank() * len(x), (size() - 1 - rank()) * len(x)
    return total_of(torch.cat([x.new_zeros(before, *x.shape[1:]), x, x.new_zeros(after, *x.shape[1:])]))


def own(whole: Tensor) -> Tensor:
    """(n * size, ...) -> (n, ...): this process's part of a batch."""
    return whole.chunk(size())[rank()] if size() > 1 else whole


class SharedBatchNorm(nn.BatchNorm2d):
    """Batch norm whose statistics are those of the whole batch. Torch's own SyncBatchNorm runs on CUDA alone."""

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W)
        if not self.training or size() == 1:
            return super().forward(x)
        wide = x.float()
        mean = total_of(wide.mean((0, 2, 3))) / size()
        centred = wide - mean[:, None, None]
        variance = total_of(centred.square().mean((0, 2, 3))) / size()
        self.remember(mean.detach(), variance.detach(), size() * x.numel() // x.shape[1])
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)

    def remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Moves the running statistics, as BatchNorm2d does, by the unbiased variance of `count` values."""
        assert self.running_mean is not None and self.running_var is not None and self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance * (count / max(count - 1, 1)), self.momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


def synchronise(network: Network) -> Network:
    """Lets batch norm see the whole batch: the layers stay the same objects with the same state, so that whatever
    knows them goes on to. Changes nothing in a single process."""
    for module in network.modules() if size() > 1 else ():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = SharedBatchNorm
    return network


def drawn_together(batch: int) -> AbstractContextManager[Any]:
    """While it is open, `torch.rand`, `randn` and `randint` with this process's part of `batch` as their first size
    draw for the whole batch and return the part that is this process's: all processes have the same seed."""
    return WholeBatchDraws(batch) if size() > 1 else nullcontext()


SIZE_AT = {torch.rand: 0, torch.randn: 0, torch.randint: -1}  # where the size begins among the arguments


class WholeBatchDraws(TorchFunctionMode):
    """Networks, losses and augmentations draw for the pictures they are given; here alone it is known of how many."""

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.batch, self.part = batch, part_of(batch)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        position = SIZE_AT.get(func)
        if position is None or not args:
            return func(*args, **(kwargs or {}))
        given = list(args)
        shape = given[position]
        if isinstance(shape, int):  # rand(n, 1, 1): the size is spread over the arguments
            given[position], first = self.whole(shape), shape
        else:
            given[position], first = (self.whole(shape[0]), *shape[1:]), shape[0]
        drawn = func(*given, **(kwargs or {}))
        return own(drawn) if first == self.part else drawn

    def whole(self, first: int) -> int:
        return self.batch if first == self.part else first
