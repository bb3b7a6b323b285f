"""A small file system for the log, which can be filled up."""
import errno
import os
import shutil
import subprocess


class Disk:
    """Mounting needs root; `reason` says why it could not be done."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        self.ballast = folder / "ballast"
        self.reason = self._mount(megabytes)

    def _mount(self, megabytes):
        self.folder.mkdir(parents=True)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", self.folder]
        try:
            done = subprocess.run(mount, capture_output=True, text=True)
        except OSError as error:
            return str(error)
        return None if done.returncode == 0 else " ".join(done.stderr.split()) or f"mount: status {done.returncode}"

    def fill(self):
        """To the last byte; may be called again, when something has become free."""
        descriptor = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            size = 1 << 20
            while size >= 1 << 12:
                try:
                    if os.write(descriptor, bytes(size)) < size:
                        size >>= 1
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size >>= 1
        finally:
            os.close(descriptor)

    def free(self):
        self.ballast.unlink(missing_ok=True)

    def save(self, folder):
        """Takes what it holds along, since it goes with the mount."""
        for file in self.folder.iterdir():
            if file != self.ballast:
                shutil.copy(file, folder)

    def unmount(self):
        if self.reason is None:
            subprocess.run(["umount", "--lazy", self.folder], check=False)
