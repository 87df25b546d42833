"""Every benchmark in one command, each in a process of its own; the first that fails ends it.

python -m bench                  as large as the figures in the documents
python -m bench --small [NAME]   small sizes: that all of it runs
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

Runs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Benchmark:
    """The arguments of each run of a module, as measured and small."""

    full: Runs
    small: Runs


BENCHMARKS = {
    "counts_to_curves": Benchmark(full=((),), small=(("500", "1000"),)),
    "import_adtte": Benchmark(full=((),), small=(("200", "400", "200x23"),)),
    "click_to_curve": Benchmark(full=((), ("1000000",)), small=(("300", "--clicks", "1"),)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were asked for, all by default; return the exit code of the first that failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--small", action="store_true", help="small sizes: that all of it runs")
    asked = parser.parse_args(arguments)
    for name in asked.names or BENCHMARKS:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}: {', '.join(BENCHMARKS)}")
        runs = BENCHMARKS[name].small if asked.small else BENCHMARKS[name].full
        for given in runs:
            command = [sys.executable, "-m", f"bench.{name}", *given]
            print(f"-- {name} {' '.join(given)}".rstrip(), flush=True)
            code = subprocess.run(command, check=False).returncode
            if code:
                print(f"The benchmark {name} failed with code {code}.", file=sys.stderr)
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
