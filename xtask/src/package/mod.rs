//! `cargo xtask package`: builds `pkg/`, ready for `npm pack`.
//!
//! wasm-pack cannot build it: it needs `cdylib` as a crate type in Cargo.toml, and beside `rlib` that silently
//! switches link-time optimisation off. So cargo and wasm-bindgen are called directly.

mod files;
mod letters;
pub mod providers;
pub mod size;
mod wasm;

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::project::{self, Project};
use crate::setup::Tools;

/// Builds `pkg/`, without some providers, and says how large it became.
pub fn run(project: &Project, tools: &Tools, left_out: &[&str]) -> Outcome<PathBuf> {
    let pkg = project.root.join("pkg");
    make(project, tools, &pkg, &providers::without(left_out)?)?;
    print!("{}", size::table(&size::measure(project, tools, &pkg)?));
    println!("{} is ready for `npm pack`", pkg.display());
    Ok(pkg)
}

/// Builds `pkg/`.
pub fn build(project: &Project, tools: &Tools) -> Outcome<PathBuf> {
    let pkg = project.root.join("pkg");
    println!("package: building the wasm module");
    make(project, tools, &pkg, &[])?;
    Ok(pkg)
}

/// Builds the package into a folder, with these options of cargo's.
fn make(project: &Project, tools: &Tools, pkg: &Path, options: &[String]) -> Outcome {
    let module = wasm::compile(project, tools, options)?;
    project::empty_dir(pkg)?;
    files::copy_template(project, pkg)?;
    wasm::bind(tools, &module, pkg)?;
    wasm::optimise(tools, pkg)?;
    files::join(tools, pkg)?;
    files::inline_module(pkg)?;
    files::copy_documents(project, pkg)
}
