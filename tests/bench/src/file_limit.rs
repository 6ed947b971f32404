//! Clients that open a connection for each job need more files than a shell gives by default.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Takes as many open files as the system lets this process have.
pub(crate) fn raise() -> nix::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)
}
