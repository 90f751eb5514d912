# SPDX-License-Identifier: Apache-2.0
"""Java and Maven: find them, and build one of our Maven projects under ``tests/java``."""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.filelock import file_lock
from tests.support.patience import PATIENCE_SECONDS
from tests.support.require import missing

JAVA_MINIMUM = 17
PROJECTS = Path(__file__).resolve().parents[1] / "java"
#: Sources that more than one project compiles.
SHARED = PROJECTS / "oracle-common"
BUILD_SECONDS = 900
#: How often Maven is run in all, and the pause before it is run again: a download may break off.
BUILD_TRIES = 3
PAUSE_SECONDS = 10
# A download that stands still ends after a minute (Maven before 3.9, and from then on) and not after half an hour.
MAVEN_OPTIONS = (
    "--quiet",
    "--batch-mode",
    "-Dstyle.color=never",
    "-Dmaven.wagon.rto=60000",
    "-Daether.connector.requestTimeout=60000",
)


@dataclass(frozen=True)
class JavaProject:
    """A built project: the Java program and the class path to run it with."""

    java: str
    class_path: str


def find_tool(name: str) -> str | None:
    """A JDK's or Maven's program, from ``JAVA_HOME`` or the search path."""
    home = os.environ.get("JAVA_HOME")
    if home and name.startswith("java"):
        candidate = Path(home) / "bin" / name
        if candidate.is_file():
            return str(candidate)
    return shutil.which(name)


def java_version(java: str) -> int | None:
    """The major version that ``java -version`` reports, or None where it does not run."""
    run = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    found = re.search(r'version "(?:1\.)?(\d+)', run.stderr + run.stdout)
    return int(found[1]) if run.returncode == 0 and found else None


def build(name: str) -> JavaProject:
    """Build ``tests/java/<name>`` where it is not built already; ends the test where Java or Maven is missing."""
    java, compiler, maven = find_tool("java"), find_tool("javac"), find_tool("mvn")
    if java is None or compiler is None:
        missing("Java", f"a JDK {JAVA_MINIMUM} or newer is needed (Debian: openjdk-17-jdk-headless)")
    version = java_version(java)
    if version is None or version < JAVA_MINIMUM:
        missing("Java", f"a JDK {JAVA_MINIMUM} or newer is needed, {java} is version {version}")
    if maven is None:
        missing("Maven", "the program mvn is needed to fetch and build it (Debian: maven)")
    project = PROJECTS / name
    target = project / "target"
    with file_lock(target / "build.lock"):
        if not _is_current(project):
            # One Maven at a time: all of them write to the user's repository.
            with file_lock(SHARED / "target" / "maven.lock"):
                _run_maven(maven, project)
            _stamp(project).touch()
    return JavaProject(java, os.pathsep.join([str(target / "classes"), str(target / "lib" / "*")]))


def _stamp(project: Path) -> Path:
    return project / "target" / "built"


def _is_current(project: Path) -> bool:
    stamp = _stamp(project)
    if not stamp.exists():
        return False
    built = stamp.stat().st_mtime
    sources = [project / "pom.xml", *(project / "src").rglob("*.java"), *SHARED.rglob("*.java")]
    return all(source.stat().st_mtime <= built for source in sources)


def _run_maven(maven: str, project: Path) -> None:
    for number in range(1, BUILD_TRIES + 1):
        # Maven remembers what it could not get; --update-snapshots makes it ask again.
        command = [maven, *MAVEN_OPTIONS, *(["--update-snapshots"] if number > 1 else []), "process-classes"]
        run = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS)
        if run.returncode == 0:
            return
        if "COMPILATION ERROR" in run.stdout or number == BUILD_TRIES:
            missing(f"the build of {project.name}", f"Maven ended with {run.returncode}:\n{run.stdout}{run.stderr}")
        time.sleep(PAUSE_SECONDS)
