"""The distributions in this folder are a stranger's: their tests run where they are installed, see tests/packaging."""

collect_ignore_glob = ["*"]
