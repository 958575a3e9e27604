//! The fence: what the kernel keeps a worker from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};
use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use super::Limits;

/// What any program reads: libraries, time zones, fonts, the list of processors.
const SYSTEM: [&str; 11] = [
    "/usr",
    "/lib",
    "/lib64",
    "/opt",
    "/nix",
    "/etc",
    "/proc",
    "/sys/devices/system",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
];

/// Address space for code and libraries, and what allocators reserve without using.
const MAPPED: u64 = 2 << 30;

/// Ends this process as soon as its parent, process `parent`, is gone.
pub(super) fn die_with_parent(parent: u32) {
    // Fails on no Linux kernel in use; a worker without it would merely finish its job.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    if getppid().is_none_or(|now| now.as_raw_nonzero().get() as u32 != parent) {
        // It died before the signal was asked for.
        std::process::exit(1);
    }
}

/// Closes the fence; tells whether the kernel guards files and system calls as well.
pub(super) fn close(limits: &Limits) -> (bool, bool) {
    resources(limits);
    (files(limits).unwrap_or(false), calls().unwrap_or(false))
}

fn resources(limits: &Limits) {
    let set = |resource: Resource, most: u64| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        if let Err(e) = setrlimit(resource, limit) {
            tracing::warn!(?resource, most, "a limit could not be set: {e}");
        }
    };
    set(Resource::Data, limits.memory_bytes);
    set(Resource::As, limits.memory_bytes.saturating_add(MAPPED));
    set(Resource::Core, 0);
    set(Resource::Nofile, 256);
    if limits.write.is_empty() {
        set(Resource::Fsize, 0);
    }
    if let Some(seconds) = limits.cpu_seconds {
        // The soft limit tells by its signal why; the hard one ends what does not listen.
        let limit = Rlimit { current: Some(seconds), maximum: Some(seconds + 5) };
        if let Err(e) = setrlimit(Resource::Cpu, limit) {
            tracing::warn!("the limit of processor time could not be set: {e}");
        }
    }
}

/// Landlock, from Linux 5.13 on.
fn files(limits: &Limits) -> Result<bool, landlock::RulesetError> {
    let abi = ABI::V5;
    let system = SYSTEM.iter().map(PathBuf::from);
    // A file not yet made is allowed by its folder.
    let writable = limits
        .write
        .iter()
        .map(|path| if path.exists() { path.clone() } else { path.parent().map(PathBuf::from).unwrap_or_default() });
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(limits.read.iter().cloned().chain(system), AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::from_file(abi)))?
        .add_rules(path_beneath_rules(writable, AccessFs::from_all(abi)))?
        .restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Seccomp: no sockets, no other programs, no looking into other processes. libav needs none of them.
fn calls() -> Result<bool, seccompiler::Error> {
    let barred = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
    ];
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
    let rules: BTreeMap<i64, Vec<_>> = barred.into_iter().map(|call| (call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?.try_into()?;
    seccompiler::apply_filter(&filter)?;
    Ok(true)
}
