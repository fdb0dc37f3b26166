//! The standard library for wasm32: the active toolchain's, rustup's, or built from the distribution's source.

use std::path::{Path, PathBuf};

use super::apt::Package;
use super::{Need, answer, find_program, say};
use crate::Outcome;
use crate::process::Step;
use crate::project::{self, Project};
use crate::toolchain::{LINKED, WasmToolchain, without_ours};

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the distribution has its Rust.
const PREFIX: &str = "/usr";

/// Shows that a toolchain has the source of its library.
const SOURCE: &str = "lib/rustlib/src/rust/library/Cargo.toml";

/// Names the compiler that the libraries in the same folder are made for.
const STAMP: &str = "made-for";

/// Debian's packages, each with a file that shows that it is there.
const PACKAGES: [(&str, &str); 5] = [
    ("rustc-web", "/usr/bin/rustc"),
    ("cargo-web", "/usr/bin/cargo"),
    ("rust-web-src", "/usr/lib/rustlib/src/rust/library/Cargo.toml"),
    ("rust-web-llvm", "/usr/share/doc/rust-web-llvm"),
    ("lld-22", "/usr/bin/wasm-ld-22"),
];

const LINTS: (&str, &str) = ("rust-web-clippy", "/usr/bin/cargo-clippy");

/// The distribution's packages that are missing, where they are the way to go.
pub fn packages(needs: &[Need]) -> Outcome<Vec<Package>> {
    if active_has_it() || rustup_may_install() {
        return Ok(Vec::new());
    }
    if find_program(&["rustup"]).is_none() {
        return Err(format!(
            "the Rust on the PATH has no standard library for {TARGET}, or not its source: install them (`rustup target \
             add {TARGET}` and `rustup component add rust-src`, or the packages of your distribution, \
             libstd-rust-dev-wasm32 and rust-src in Debian) and run this command again"
        ));
    }
    let wanted = PACKAGES
        .into_iter()
        .chain(needs.contains(&Need::Lints).then_some(LINTS));
    let missing = wanted.filter(|(_, file)| !Path::new(file).exists());
    let why = "Rust with the source of its library, to build it for wasm32";
    Ok(missing.map(|(name, _)| Package { name, why }).collect())
}

/// Makes sure that one toolchain can build for wasm32 and says which.
pub fn install(project: &Project) -> Outcome<WasmToolchain> {
    if active_has_it() {
        return Ok(WasmToolchain::Active);
    }
    if rustup_may_install() {
        for args in [["target", "add", TARGET], ["component", "add", "rust-src"]] {
            let command = format!("rustup {}", args.join(" "));
            say(&format!("{command} (the standard library of the web build)"));
            let step = without_ours(Step::new("rustup")).named(&command).args(args);
            step.run().map_err(|error| {
                format!(
                    "{error}\nSee that rustup can reach its server, or set RUSTUP_AUTO_INSTALL=0 to use the packages of \
                     the distribution instead"
                )
            })?;
        }
        return Ok(WasmToolchain::Active);
    }
    if stamp() != compiler() {
        build(project)?;
    }
    link()?;
    Ok(WasmToolchain::Linked)
}

/// Whether the active toolchain has the library, and its source: the package is built with a smaller one.
fn active_has_it() -> bool {
    answer("rustc", &["--print", "sysroot"]).is_some_and(|sysroot| {
        let sysroot = Path::new(&sysroot);
        has_std(&libraries(sysroot)) && sysroot.join(SOURCE).exists()
    })
}

fn rustup_may_install() -> bool {
    std::env::var_os("RUSTUP_AUTO_INSTALL").is_none_or(|value| value != "0") && find_program(&["rustup"]).is_some()
}

fn libraries(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn has_std(libraries: &Path) -> bool {
    let mut files = std::fs::read_dir(libraries).into_iter().flatten().flatten();
    files.any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// The distribution's compiler, in its own words.
fn compiler() -> Option<String> {
    answer("/usr/bin/rustc", &["-vV"])
}

/// The compiler that the installed libraries are made for.
fn stamp() -> Option<String> {
    let folder = libraries(Path::new(PREFIX));
    let text = std::fs::read_to_string(folder.join(STAMP)).ok()?;
    has_std(&folder).then(|| text.trim().to_owned())
}

/// Builds the library with an empty crate and puts it where the compiler looks for it.
fn build(project: &Project) -> Outcome {
    let compiler = compiler().ok_or("/usr/bin/rustc does not run: reinstall the package rustc-web")?;
    let folder = libraries(Path::new(PREFIX));
    let advice = format!(
        "run this command as root: it puts the wasm32 standard library into {}",
        folder.display()
    );
    project::empty_dir(&folder).map_err(|error| format!("{error}\n{advice}"))?;
    say("building Rust's standard library for wasm32 (the active toolchain has none), about a minute");
    let probe = project.cache.join("wasm32-std");
    project::empty_dir(&probe.join("src"))?;
    project::write(&probe.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"probe\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    project::write(&probe.join("Cargo.toml"), manifest)?;
    let step = without_ours(Step::new("/usr/bin/cargo"))
        .named("the build of the wasm32 standard library")
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,test,proc_macro")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode in it, link-time optimisation stops at the border of the library.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", probe.join("target"))
        .without_env("RUSTC_WRAPPER")
        .dir(&probe);
    step.run()
        .map_err(|error| format!("{error}\nsee that the crate registry can be reached and run this command again"))?;
    install_libraries(&probe.join("target").join(TARGET).join("release/deps"), &folder)?;
    project::write(&folder.join(STAMP), compiler)?;
    let _ = std::fs::remove_dir_all(probe);
    Ok(())
}

fn install_libraries(from: &Path, to: &Path) -> Outcome {
    let copy = || -> std::io::Result<()> {
        for file in std::fs::read_dir(from)? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".rlib") && !name.starts_with("libprobe-") {
                std::fs::copy(file.path(), to.join(name))?;
            }
        }
        Ok(())
    };
    copy().map_err(|error| {
        format!(
            "the wasm32 standard library cannot be copied to {}: {error}",
            to.display()
        )
    })
}

/// Lets rustup know the distribution's Rust, so that one variable chooses it.
fn link() -> Outcome {
    let known = answer("rustup", &["toolchain", "list"]).unwrap_or_default();
    if known.lines().any(|line| line.split_whitespace().next() == Some(LINKED)) {
        return Ok(());
    }
    let step = Step::new("rustup")
        .named("rustup toolchain link")
        .args(["toolchain", "link", LINKED, PREFIX]);
    step.run().map(|_| ())
}
