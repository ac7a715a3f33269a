//! Linux: no new privileges, Landlock, seccomp, death with the parent. What an old kernel lacks is named, never assumed.

use super::{Child, Limits};
use crate::domain::reader::Protections;
use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _};
use landlock::{RulesetStatus, Scope, path_beneath_rules};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter};
use seccompiler::{SeccompRule, TargetArch};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// What programs need to read and to run: themselves, their libraries, their models. Not /etc as a whole, not /proc.
const OF_PROGRAMS: [&str; 9] = [
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/opt",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf.d",
    "/etc/fonts",
    "/etc/alternatives",
];

/// What LibreOffice needs to read beyond that: its own settings and the list of fonts.
const OF_OFFICE: [&str; 5] =
    ["/etc/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig", "/etc/localtime"];

/// The newest set of rights that is asked for; an older kernel grants what it knows.
const NEWEST: ABI = ABI::V6;

pub fn confine(child: Child, limits: &Limits, protections: &mut Protections) -> io::Result<()> {
    // A child of a killed service must not live on.
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    protections.active.push("no new privileges".into());
    match restrict_files(child, limits) {
        Ok(RulesetStatus::FullyEnforced) => protections.active.push("Landlock".into()),
        Ok(RulesetStatus::PartiallyEnforced) => {
            protections.active.push("Landlock (as far as this kernel knows it)".into());
        }
        Ok(RulesetStatus::NotEnforced) => protections.missing.push("Landlock: this kernel has none".into()),
        Err(error) => protections.missing.push(format!("Landlock: {error}")),
    }
    let filters = match child {
        Child::Extractor => vec![without_clone3(), needed_alone()],
        Child::ToolRunner => vec![without_clone3(), without_the_dangerous(child)],
        Child::OfficeRunner => vec![without_clone3(), without_the_dangerous(child)],
    };
    for filter in filters {
        match filter.and_then(|program| seccompiler::apply_filter(&program)) {
            Ok(()) => protections.active.push("system calls filtered".into()),
            Err(error) => protections.missing.push(format!("filter of system calls: {error}")),
        }
    }
    protections.active.dedup();
    Ok(())
}

fn restrict_files(child: Child, limits: &Limits) -> Result<RulesetStatus, landlock::RulesetError> {
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    if child != Child::Extractor {
        let own = std::env::current_exe().ok();
        let paths: Vec<PathBuf> =
            OF_PROGRAMS.iter().map(PathBuf::from).chain(own).chain(limits.program_dirs.clone()).collect();
        rules = rules
            .add_rules(path_beneath_rules(paths, AccessFs::from_read(NEWEST)))?
            .add_rules(path_beneath_rules(["/dev/null", "/dev/urandom"], AccessFs::ReadFile | AccessFs::WriteFile))?;
    }
    if child == Child::OfficeRunner {
        let all = AccessFs::from_all(NEWEST) & !AccessFs::Execute;
        rules = rules
            .add_rules(path_beneath_rules(OF_OFFICE, AccessFs::from_read(NEWEST)))?
            .add_rules(path_beneath_rules(&limits.work_dir, all))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

type Filter = Result<BpfProgram, seccompiler::Error>;

fn filter(rules: BTreeMap<i64, Vec<SeccompRule>>, others: SeccompAction, these: SeccompAction) -> Filter {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, others, these, arch)?.try_into()?)
}

/// glibc starts threads by clone3, whose flags a filter cannot read; told that there is none, it uses clone.
fn without_clone3() -> Filter {
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    filter(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))
}

/// Only what a process needs that computes with what comes through its pipes; threads, but no processes.
fn needed_alone() -> Filter {
    let needed = [
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_ppoll,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_uname,
        // The other filter answers this one; it would not be heard over a refusal here.
        libc::SYS_clone3,
    ];
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = needed.into_iter().map(|call| (call, Vec::new())).collect();
    let thread = SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64);
    let is_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, thread, libc::CLONE_THREAD as u64)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![is_thread])?]);
    // Its own limits and threads, nobody else's.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![only(0, own)?]);
    rules.insert(libc::SYS_prlimit64, vec![only(0, 0)?, only(0, own)?]);
    let harmless = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL, libc::F_DUPFD_CLOEXEC];
    let harmless: Result<Vec<SeccompRule>, _> = harmless.into_iter().map(|verb| only(1, verb as u64)).collect();
    rules.insert(libc::SYS_fcntl, harmless?);
    // A thread may be given a name, nothing else.
    rules.insert(libc::SYS_prctl, vec![only(0, libc::PR_SET_NAME as u64)?]);
    filter(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
}

/// The call with this value in one of its arguments, which are 32 bits wide here.
fn only(argument: u8, value: u64) -> Result<SeccompRule, seccompiler::Error> {
    let equal = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)?;
    Ok(SeccompRule::new(vec![equal])?)
}

/// Programs of the system need many calls; refused are those that lead out: connections, other processes, the kernel.
fn without_the_dangerous(child: Child) -> Filter {
    let refused = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_open_by_handle_at,
        libc::SYS_name_to_handle_at,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_sethostname,
        libc::SYS_setuid,
        libc::SYS_setgid,
        libc::SYS_acct,
        libc::SYS_quotactl,
        libc::SYS_personality,
        // Landlock does not cover modes, owners, times and attributes of files.
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_utimensat,
        libc::SYS_setxattr,
        libc::SYS_lsetxattr,
        libc::SYS_fsetxattr,
        libc::SYS_removexattr,
        libc::SYS_lremovexattr,
        libc::SYS_fremovexattr,
        // Other processes: neither signals nor priorities, and no way out of the group that is killed with the runner.
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_pidfd_send_signal,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_setsid,
        libc::SYS_setpgid,
        libc::SYS_setpriority,
        libc::SYS_ioprio_set,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setaffinity,
        // Memory that would outlive it.
        libc::SYS_shmget,
        libc::SYS_shmat,
        libc::SYS_msgget,
        libc::SYS_semget,
        libc::SYS_memfd_create,
    ];
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = refused.into_iter().map(|call| (call, Vec::new())).collect();
    if child == Child::OfficeRunner {
        open_a_door(&mut rules)?;
    }
    #[cfg(target_arch = "x86_64")]
    for call in [libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes] {
        rules.insert(call, Vec::new());
    }
    // Limits of itself only: any other number than none.
    let others = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![others])?]);
    rules.insert(libc::SYS_clone, new_namespaces()?);
    filter(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

/// LibreOffice makes a door for a second start of itself and does not begin without: it may open one, within this machine
/// and within its folder, but connect to none.
fn open_a_door(rules: &mut BTreeMap<i64, Vec<SeccompRule>>) -> Result<(), seccompiler::Error> {
    for call in [libc::SYS_socketpair, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept] {
        rules.remove(&call);
    }
    let elsewhere = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, libc::AF_UNIX as u64)?;
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(vec![elsewhere])?]);
    // Asked whether it may write to /tmp, where it would put its door, the system says yes: it knows owners, not
    // Landlock. Told no, it takes the folder that it was given.
    rules.insert(libc::SYS_faccessat, vec![only(2, libc::W_OK as u64)?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_access, vec![only(1, libc::W_OK as u64)?]);
    Ok(())
}

/// New namespaces would give new rights over them.
fn new_namespaces() -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let namespaces = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let new = |flag: libc::c_int| {
        let set = SeccompCmpOp::MaskedEq(flag as u64);
        SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Qword, set, flag as u64)?])
    };
    Ok(namespaces.into_iter().map(new).collect::<Result<_, _>>()?)
}
