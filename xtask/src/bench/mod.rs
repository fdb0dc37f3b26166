//! `cargo xtask bench`: this client beside others, on one machine in one run.

mod cores;
mod field;
mod figures;
mod inside;
mod native;
mod plot;
mod report;
mod size;
mod web;

use field::Field;
use report::Section;

use crate::Outcome;
use crate::project::Project;

/// Runs the benchmark or a part of it; whether every target was reached comes back.
pub fn run(project: &Project, args: &[&str]) -> Outcome<bool> {
    let sections = match args {
        [] => {
            let field = Field::start(project, true)?;
            vec![native(&field)?, web(project, &field)?, inside(project)?, size(project)?]
        }
        ["native"] => vec![native(&Field::start(project, true)?)?],
        ["web"] => vec![web(project, &Field::start(project, false)?)?],
        ["inside"] => vec![inside(project)?],
        ["counts"] => vec![("Native", native::counts(&Field::start(project, false)?)?)],
        ["size"] => vec![size(project)?],
        _ => {
            return Err(format!(
                "unknown arguments {args:?}: `cargo xtask bench [native | inside | web | size | counts]`"
            ));
        }
    };
    if args != ["counts"] {
        report::save(project, &sections)?;
    }
    println!("{}", report::text(&sections));
    Ok(sections.iter().all(|(_, section)| section.holds()))
}

fn native(field: &Field) -> Outcome<(&'static str, Section)> {
    Ok(("Native", native::run(field)?))
}

fn inside(project: &Project) -> Outcome<(&'static str, Section)> {
    Ok(("From inside", inside::run(project)?))
}

fn web(project: &Project, field: &Field) -> Outcome<(&'static str, Section)> {
    Ok(("JavaScript hosts", web::run(project, field)?))
}

fn size(project: &Project) -> Outcome<(&'static str, Section)> {
    Ok(("Size and start", size::run(project)?))
}
