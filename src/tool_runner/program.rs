//! One program of the system: found in the usual places, run with bytes in and bytes out. Knows no program by name.

use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// A program that is there.
pub struct Program {
    path: PathBuf,
    /// As it names it itself, such as `5.3.0`.
    pub version: String,
}

/// What a run gave.
pub struct Ran {
    pub output: Vec<u8>,
    /// The end of what it said on its standard error.
    pub words: String,
    pub succeeded: bool,
}

impl Program {
    /// Looks for a program by its name, and asks it for its version. One that does not run is not there.
    pub fn find(places: &[PathBuf], name: &str, version_flag: &str) -> Option<Self> {
        let path = places.iter().map(|place| place.join(name)).find(|path| path.is_file())?;
        let mut found = Self { path, version: String::new() };
        let ran = found.run(&[version_flag], &[], 1 << 16).ok()?;
        let said = String::from_utf8_lossy(&ran.output).into_owned() + &ran.words;
        let is_version = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
        found.version = said.split_whitespace().find(is_version)?.trim_end_matches(',').to_string();
        Some(found)
    }

    /// Runs it with `input` on its standard input; at most `limit` bytes of its answer are kept.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str], input: &[u8], limit: u64) -> io::Result<Ran> {
        let mut child = become_program_of(&self.path)?
            .args(arguments)
            .env_clear()
            // Threads of its own would only take the processors from the other pages.
            .env("OMP_THREAD_LIMIT", "1")
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/usr")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let mut output = Vec::new();
        let words = std::thread::scope(|scope| {
            scope.spawn(move || {
                if let Some(mut stdin) = stdin {
                    // A program that ends before it has read everything has seen enough.
                    let _ = stdin.write_all(input);
                }
            });
            let words = scope.spawn(move || {
                let mut words = Vec::new();
                if let Some(stderr) = stderr {
                    let mut stderr = stderr;
                    let _ = (&mut stderr).take(4096).read_to_end(&mut words);
                    // Read on, or it would wait for ever.
                    let _ = io::copy(&mut stderr, &mut io::sink());
                }
                words
            });
            if let Some(stdout) = stdout {
                let _ = stdout.take(limit).read_to_end(&mut output);
            }
            words.join().unwrap_or_default()
        });
        let succeeded = child.wait()?.success();
        Ok(Ran { output, words: String::from_utf8_lossy(&words).into_owned(), succeeded })
    }
}

/// A command that starts a program which dies with its runner.
///
/// # Errors
/// If the own program is not known.
pub fn become_program_of(path: &Path) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("become-program").arg(path);
    Ok(command)
}

/// Turns this process into a program that dies with the one that started it: no program burns on when its runner was
/// killed. Returns only if that fails.
pub fn become_program(program: &Path, arguments: &[std::ffi::OsString]) -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL)) {
        eprintln!("pouch: {error}");
        return ExitCode::FAILURE;
    }
    let error = Command::new(program).args(arguments).exec();
    eprintln!("pouch: {} cannot be run: {error}", program.display());
    ExitCode::FAILURE
}
