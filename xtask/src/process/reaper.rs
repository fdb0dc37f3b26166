//! Ends process groups and removes temporary directories, also when this program itself is ended.
//!
//! Every child runs in a process group of its own, so neither Ctrl-C nor a kill of `cargo xtask` reaches it. One
//! small shell therefore holds the list of the groups that run, and ends them all as soon as its standard input
//! closes, which the system does for us however this program goes.

use std::fmt::Display;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, OnceLock};

const SCRIPT: &str = r#"
trap '' INT TERM HUP
groups=' '
while read -r order group; do
  case $order in
    start) groups="$groups$group " ;;
    scratch) set -- "$@" "$group" ;;
    gone) case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
    *) kill -s "$order" -- "-$group" 2>/dev/null ;;
  esac
done
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 2
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
[ $# = 0 ] || rm -rf -- "$@"
"#;

static REAPER: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();

/// From now on the group ends when this program does.
pub fn started(group: u32) {
    order("start", group);
}

/// The group's leader has been waited for: its number may soon belong to somebody else.
pub fn gone(group: u32) {
    order("gone", group);
}

/// Asks every process of the group to end.
pub fn terminate(group: u32) {
    order("TERM", group);
}

/// Ends every process of the group.
pub fn kill(group: u32) {
    order("KILL", group);
}

/// Removes the directory when this program ends.
pub fn scratch(dir: &Path) {
    order("scratch", dir.display());
}

fn order(order: &str, what: impl Display) {
    let reaper = REAPER.get_or_init(|| {
        let child = Command::new("sh")
            .args(["-c", SCRIPT])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        child.ok()?.stdin.map(Mutex::new)
    });
    if let Some(Ok(mut stdin)) = reaper.as_ref().map(Mutex::lock) {
        let _ = writeln!(stdin, "{order} {what}");
    }
}
