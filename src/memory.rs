//! Keeps the service's memory near what it uses. Runs nothing but the program itself.

use std::ffi::OsString;
use std::io;

/// What the GNU C library's allocator reads at the start of a process, mallopt(3): one pool instead of eight a processor,
/// and pieces from 128 KiB on go back to the system at once. Without, a service that handles texts of megabytes on several
/// threads keeps three times what it needs.
const SETTINGS: [(&str, &str); 2] = [("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "131072")];

/// Starts the program anew under these settings, in the same process; does nothing if somebody has chosen settings already,
/// or on a system whose allocator does not read them.
///
/// # Errors
/// Only if the program cannot be started; it may go on as it is.
pub fn keep_small() -> io::Result<()> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) || std::env::var_os(SETTINGS[0].0).is_some() {
        return Ok(());
    }
    Err(start_anew())
}

#[cfg(unix)]
fn start_anew() -> io::Error {
    use std::os::unix::process::CommandExt as _;
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_else(|| OsString::from("pouch"));
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program).arg0(name).args(words).envs(SETTINGS).exec(),
        Err(error) => error,
    }
}

#[cfg(not(unix))]
fn start_anew() -> io::Error {
    io::ErrorKind::Unsupported.into()
}
