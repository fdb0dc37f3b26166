//! What the parts of the benchmark found, put together for people.

use super::figures::{self, Target};
use crate::Outcome;
use crate::project::{self, Project};

/// What one part found.
#[derive(Default)]
pub struct Section {
    texts: Vec<String>,
    targets: Vec<Target>,
    /// Names and contents.
    plots: Vec<(&'static str, String)>,
}

impl Section {
    /// Begins with how it was measured.
    pub fn new(how: String) -> Self {
        Self {
            texts: vec![how],
            ..Self::default()
        }
    }

    /// A paragraph, a table or a picture.
    pub fn text(&mut self, text: impl Into<String>) {
        self.texts.push(text.into());
    }

    /// A picture, which the text shows from the folder `plots/`.
    pub fn plot(&mut self, name: &'static str, title: &str, svg: String) {
        self.text(format!("![{title}](plots/{name}.svg)"));
        self.plots.push((name, svg));
    }

    pub fn target(&mut self, target: Target) {
        self.targets.push(target);
    }

    /// Whether every target holds.
    pub fn holds(&self) -> bool {
        self.targets.iter().all(Target::holds)
    }
}

/// Keeps the report and its pictures where the README links to.
pub fn save(project: &Project, sections: &[(&str, Section)]) -> Outcome {
    let folder = project.root.join("benches");
    let plots = folder.join("plots");
    project::empty_dir(&plots)?;
    for (name, svg) in sections.iter().flat_map(|(_, section)| &section.plots) {
        project::write(&plots.join(format!("{name}.svg")), svg)?;
    }
    let head = "# Results\n\nWritten by `cargo xtask bench`, all of it in one run on one machine.\n\n";
    project::write(&folder.join("results.md"), head.to_owned() + &text(sections))
}

/// The parts under their titles, and all targets at the end.
pub fn text(sections: &[(&str, Section)]) -> String {
    let mut report = String::new();
    for (title, section) in sections {
        report.push_str(&format!("## {title}\n\n"));
        for text in &section.texts {
            report.push_str(text.trim_end());
            report.push_str("\n\n");
        }
    }
    let targets: Vec<&Target> = sections.iter().flat_map(|(_, section)| &section.targets).collect();
    report.push_str(&format!("## Targets\n\n{}", figures::targets(&targets)));
    report
}
