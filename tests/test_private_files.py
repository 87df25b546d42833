"""What the store holds of patients is readable by its owner alone, in stores of earlier releases too."""

from __future__ import annotations

from gepnet_core.store import open_shelf


def rights(path):
    return path.stat().st_mode & 0o777


def test_a_new_data_set_is_for_its_owner_alone(data_dir):
    shelf = open_shelf()
    assert (rights(data_dir), rights(data_dir / "synthetic")) == (0o700, 0o700)
    version = shelf.current("synthetic").version
    for name in (f"{version}.duckdb", f"{version}.json", "current.json"):
        assert rights(data_dir / "synthetic" / name) == 0o600


def test_a_data_set_that_others_could_read_is_closed_when_the_store_is_opened(shelf):
    (shelf.root / "synthetic").chmod(0o755)
    shelf.root.chmod(0o755)  # it may be somebody's own folder, and stays as it is
    open_shelf()
    assert (rights(shelf.root), rights(shelf.root / "synthetic")) == (0o755, 0o700)
