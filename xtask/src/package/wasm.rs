//! From Rust to the optimised wasm module and its JavaScript glue.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::Tools;

/// What the compiler uses for this target without being asked (LLVM's `generic` processor), and what wasm-opt
/// may therefore use too. Nothing newer: old hosts have to load the module.
const FEATURES: [&str; 8] = [
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Builds the standard library, too: in the form that its authors keep small, at the profile's own level.
const LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// Leaves out what nobody reads: where in the source a panic was (a stack trace of the host's tells the function), and
/// the fields of structures in their `Debug` form. Text keeps its own.
const TERSE: &str = " -Zlocation-detail=none -Zfmt-debug=shallow";

/// Compiles the library to wasm; fat link-time optimisation comes from the profile `web`.
pub fn compile(project: &Project, tools: &Tools, options: &[String]) -> Outcome<PathBuf> {
    let args = [
        "rustc",
        "--lib",
        "--crate-type",
        "cdylib",
        "--profile",
        "web",
        "--target",
        "wasm32-unknown-unknown",
    ];
    let step = tools
        .wasm
        .cargo(project, &args)
        .args(LIBRARY)
        .args(options)
        .named("the build of the wasm module")
        // Stable Rust takes these options then; its releases differ in what they make of them, as they do in size.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", flags(project));
    step.shown().run()?;
    Ok(project
        .web_target()
        .join("wasm32-unknown-unknown/web/llm_api_router.wasm"))
}

/// Panic messages name source files; without the machine's own folders in them the module is the same everywhere.
fn flags(project: &Project) -> OsString {
    let mut flags = std::env::var_os("RUSTFLAGS").unwrap_or_default();
    flags.push(TERSE);
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    for (folder, name) in home
        .iter()
        .map(|home| (home, "/cargo"))
        .chain([(&project.root, "/llm-api-router")])
    {
        flags.push(" --remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    flags
}

/// Writes `core.js` and `core_bg.wasm`.
pub fn bind(tools: &Tools, module: &Path, pkg: &Path) -> Outcome {
    // Without `new URL(…)` as a default, which makes bundlers emit the module a second time; and without types,
    // because the public ones are written by hand.
    let step = Step::new(&tools.wasm_bindgen)
        .args([
            "--target",
            "web",
            "--omit-default-module-path",
            "--no-typescript",
            // After a panic the module starts anew: see pkg-template/start.js.
            "--experimental-reset-state-function",
            "--out-name",
            "core",
            "--out-dir",
        ])
        .args([pkg, module]);
    step.run()?;
    ignore_stale_callbacks(&pkg.join("core.js"))
}

/// Timers and promises outlive an instance that has panicked. What they call then does not exist any more, and an
/// error thrown in a timer ends the process in Node: so it does nothing.
fn ignore_stale_callbacks(glue: &Path) -> Outcome {
    const THROWS: &str = "throw new Error('Cannot invoke closure from previous WASM instance');";
    let text = project::read(glue)?;
    if !text.contains(THROWS) {
        return Err(format!(
            "{} does not contain {THROWS:?}: see how it treats stale callbacks now",
            glue.display()
        ));
    }
    project::write(glue, text.replace(THROWS, "return;"))
}

/// Shrinks `core_bg.wasm` in place.
pub fn optimise(tools: &Tools, pkg: &Path) -> Outcome {
    let module = pkg.join("core_bg.wasm");
    let features = FEATURES.map(|feature| format!("--enable-{feature}"));
    let step = Step::new(tools.npm_bin("wasm-opt"))
        // Twice after what makes the code flat and builds its blocks anew: that is 1 % less than once.
        .args(["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz"])
        .args(["--strip-debug", "--strip-producers"]);
    step.args(features)
        .arg(&module)
        .arg("-o")
        .arg(&module)
        .run()
        .map(|_| ())
}
