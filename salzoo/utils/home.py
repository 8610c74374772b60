"""The folder of everything that salzoo fetches or computes for later: datasets, weights, cache."""

import os

import platformdirs


def home_folder() -> str:
    """Return the absolute path of salzoo's folder, which may not exist yet.

    Returns:
        $SALZOO_HOME if it is set, else `salzoo` in the user's cache folder of the platform
        (on Linux $XDG_CACHE_HOME, else ~/.cache).
    """
    home = os.environ.get("SALZOO_HOME") or platformdirs.user_cache_dir("salzoo", appauthor=False)
    return os.path.abspath(os.path.expanduser(home))


def datasets_folder() -> str:
    """Return the folder with a sub-folder for each dataset, where `data_dir` is not given."""
    return os.path.join(home_folder(), "datasets")


def weights_folder() -> str:
    """Return the folder of released weights and the files that they are made from."""
    return os.path.join(home_folder(), "weights")


def cache_folder() -> str:
    """Return the folder of what can be computed again: scenes, fitted targets."""
    return os.path.join(home_folder(), "cache")
