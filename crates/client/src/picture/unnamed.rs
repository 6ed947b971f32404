//! Files without a name, which get one when they are whole: Linux has them (`O_TMPFILE`), on most file systems.
//!
//! `tempfile` makes such files but cannot name them afterwards, so the two system calls for that are here.

pub(crate) use system::{link, open};

#[cfg(target_os = "linux")]
mod system {
    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    /// Opens a file without a name in this folder; `None` if the file system or the operating system does not support
    /// it.
    pub(crate) fn open(folder: &Path) -> Option<File> {
        let flags = i32::try_from(OFlags::TMPFILE.bits()).ok()?;
        let file = File::options().read(true).write(true).custom_flags(flags).open(folder).ok()?;
        // A container may have no `/proc`, and without it the file could not be named later.
        std::fs::symlink_metadata(handle(&file)).ok().map(|_| file)
    }

    /// Names the file, unless the name is taken.
    pub(crate) fn link(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(CWD, handle(file), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    fn handle(file: &File) -> String {
        format!("/proc/self/fd/{}", file.as_raw_fd())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(crate) fn open(_: &Path) -> Option<File> {
        None
    }

    pub(crate) fn link(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
