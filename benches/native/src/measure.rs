//! What the kernel knows about this process: time on the processor, memory.

use std::fs;
use std::time::Duration;

use crate::Outcome;

/// Time on the processor so far, user and system, of all threads.
///
/// # Errors
///
/// Where the kernel does not count it: this needs Linux.
pub fn cpu() -> Outcome<Duration> {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        let on_cpu = text.split(' ').next().ok_or("schedstat is empty")?;
        sum += on_cpu.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(sum))
}

/// Resident memory, in bytes.
///
/// # Errors
///
/// Where the kernel does not tell: this needs Linux.
pub fn memory() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes.ok_or("there is no VmRSS")?.parse::<u64>()? * 1024)
}

/// The middle one, or the mean of the two in the middle.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    }
}
