"""How much memory a process took."""

from pathlib import Path


def most_memory() -> int:
    """The most memory that this process has had resident since it began to run its program, in kB
    (`ru_maxrss` counts what whoever started it held then)."""
    return memory_of("VmHWM")


def most_memory_forget() -> None:
    """From now on `most_memory` is what is resident at most since now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def memory_of(name: str) -> int:
    """What the kernel tells of this process under a name, in kB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
