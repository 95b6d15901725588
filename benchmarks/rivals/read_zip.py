"""`python benchmarks/rivals/read_zip.py FILE`: reads every member of a zip file with `zipfile`, and does nothing with it."""

import sys
import zipfile

if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as archive:
        print(sum(len(archive.read(member)) for member in archive.infolist()))
