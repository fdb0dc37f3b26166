//! Which Rust toolchain builds what.

use crate::process::Step;
use crate::project::Project;

/// The name under which rustup knows the distribution's Rust that has a wasm32 standard library.
pub const LINKED: &str = "web";

/// The toolchain that can build for wasm32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The one that also builds native code.
    Active,
    /// The distribution's, linked into rustup as [`LINKED`].
    Linked,
}

/// A native cargo command in the checkout.
pub fn native_cargo(project: &Project, args: &[&str]) -> Step {
    without_ours(Step::new("cargo"))
        .args(args)
        .env("CARGO_TARGET_DIR", &project.target)
        .dir(&project.root)
}

impl WasmToolchain {
    /// A cargo command in the checkout, for wasm32.
    pub fn cargo(self, project: &Project, args: &[&str]) -> Step {
        self.prepare(project, Step::new("cargo")).args(args)
    }

    /// Lets the step, and what it starts, build for wasm32 with this toolchain.
    pub fn prepare(self, project: &Project, step: Step) -> Step {
        let step = without_ours(step)
            .env("CARGO_TARGET_DIR", project.web_target())
            .dir(&project.root);
        match self {
            Self::Active => step,
            Self::Linked => step.env("RUSTUP_TOOLCHAIN", LINKED),
        }
    }
}

/// Takes away what `cargo run` set for this program alone: another toolchain would trip over it.
pub fn without_ours(step: Step) -> Step {
    let ours = |name: &str| name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let names = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| ours(name));
    names.fold(step.without_env("LD_LIBRARY_PATH"), Step::without_env)
}
