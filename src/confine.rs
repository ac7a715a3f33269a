//! What a child that reads strangers' bytes takes away from itself before it reads the first one: memory, processor time,
//! files, connections, other programs. It tries each door afterwards and tells what it found; it trusts no promise.

#[cfg(target_os = "linux")]
mod linux;

use crate::domain::reader::Protections;
use rlimit::Resource;
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// Largest file that an office runner may write.
const PRINTED_BYTES: u64 = 256 << 20;

/// Which kind of child it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// Reads with libraries: needs nothing but its pipes.
    Extractor,
    /// Starts programs of the system: may read and run what is installed, and nothing else.
    ToolRunner,
    /// The same for the one program that needs a folder to write to.
    OfficeRunner,
}

/// The limits of a child.
#[derive(Clone, Debug, clap::Args)]
pub struct Limits {
    /// Address space for a small part, in bytes
    #[arg(long, default_value_t = 1 << 30)]
    pub memory_bytes: u64,
    /// Most address space, in bytes
    #[arg(long, default_value_t = 3 << 30)]
    pub memory_most_bytes: u64,
    /// Most processor time for one request, in seconds
    #[arg(long, default_value_t = 300)]
    pub cpu_seconds: u64,
    /// Most text of one part, in bytes
    #[arg(long, default_value_t = 4 << 20)]
    pub text_bytes: usize,
    /// Where a tool runner looks for programs
    #[arg(long = "program-dir")]
    pub program_dirs: Vec<PathBuf>,
    /// The only folder in which an office runner may write
    #[arg(long)]
    pub work_dir: Option<PathBuf>,
}

impl Limits {
    /// Gives the next request what it may take: memory by the size of what it is about, and its share of time.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn allow(&self, size_bytes: u64) -> io::Result<()> {
        // Readers hold the file, what it unpacks to and the text; 24 times the file is far above what honest ones take.
        let memory = self.memory_bytes.saturating_add(size_bytes.saturating_mul(24)).min(self.memory_most_bytes);
        let (_, most) = Resource::AS.get()?;
        Resource::AS.set(memory.min(most), most)?;
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
        let (_, most) = Resource::CPU.get()?;
        Resource::CPU.set((used + self.cpu_seconds).min(most), most)
    }
}

/// Limits this process, before any thread is started. Gives the file that answers are written to: what libraries print
/// goes elsewhere.
///
/// # Errors
/// If a limit that every system has cannot be set. What only some systems have is named as missing instead.
pub fn confine(child: Child, limits: &Limits) -> io::Result<(File, Protections)> {
    Resource::AS.set(limits.memory_bytes.min(limits.memory_most_bytes), limits.memory_most_bytes)?;
    Resource::CORE.set(0, 0)?;
    let files = match child {
        Child::Extractor => 16,
        Child::ToolRunner => 64,
        Child::OfficeRunner => 512,
    };
    Resource::NOFILE.set(files, files)?;
    // Nothing is ever written to a file; pipes are not files.
    let file_bytes = if child == Child::OfficeRunner { PRINTED_BYTES } else { 0 };
    Resource::FSIZE.set(file_bytes, file_bytes)?;
    limits.allow(0)?;
    // A library that prints would break the frames: the frames get a descriptor of their own.
    // No program that it starts may write answers in its name.
    let output = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut protections = Protections {
        active: ["memory", "processor time", "file size", "open files"].map(|name| format!("limit on {name}")).into(),
        missing: Vec::new(),
    };
    #[cfg(target_os = "linux")]
    linux::confine(child, limits, &mut protections)?;
    #[cfg(not(target_os = "linux"))]
    protections.missing.push("no sandbox: Landlock and seccomp are only on Linux".into());
    try_doors(child, &mut protections);
    Ok((output.into(), protections))
}

/// Tries what must not work, and says of each whether it does.
fn try_doors(child: Child, protections: &mut Protections) {
    let denied = |error: io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let refused = |tried: io::Result<()>| tried.is_err_and(denied);
    // A name that stands on every Unix and that a reader of mail has no business with.
    let mut doors = vec![
        ("no file of the system", refused(File::open("/etc/passwd").map(drop))),
        ("no writing of files", refused(File::create(std::env::temp_dir().join("pouch-tries-a-door")).map(drop))),
        ("no connections", refused(std::net::UdpSocket::bind(("127.0.0.1", 0)).map(drop))),
    ];
    if child == Child::Extractor {
        let mut program = std::process::Command::new("/bin/true");
        doors.push(("no other programs", refused(program.spawn().map(drop))));
    }
    for (name, closed) in doors {
        if closed {
            protections.active.push(name.into());
        } else {
            protections.missing.push(format!("{name} (it was tried, and it works)"));
        }
    }
}
