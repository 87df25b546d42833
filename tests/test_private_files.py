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


def test_a_store_that_others_could_read_is_closed_when_it_is_opened(shelf):
    for folder in (shelf.root, shelf.root / "synthetic"):
        folder.chmod(0o755)
    open_shelf()
    assert (rights(shelf.root), rights(shelf.root / "synthetic")) == (0o700, 0o700)


def test_a_folder_that_was_made_by_hand_is_closed_too(data_dir):
    data_dir.mkdir()
    data_dir.chmod(0o755)
    open_shelf()
    assert rights(data_dir) == 0o700


def test_a_folder_of_everybody_stays_open_and_the_data_sets_in_it_are_closed(shelf):
    shelf.root.chmod(0o1777)
    (shelf.root / "synthetic").chmod(0o755)
    open_shelf()
    assert (rights(shelf.root), rights(shelf.root / "synthetic")) == (0o777, 0o700)
