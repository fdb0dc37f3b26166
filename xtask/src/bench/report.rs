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

    fn body(&self) -> String {
        let texts = self.texts.iter();
        texts.map(|text| format!("{}\n\n", text.trim_end())).collect()
    }

    /// Whether every target holds.
    pub fn holds(&self) -> bool {
        self.targets.iter().all(Target::holds)
    }
}

/// The parts in their order; one that this run had not is kept from the last one.
const PARTS: [&str; 4] = ["Native", "From inside", "JavaScript hosts", "Size and start"];
const TARGETS: &str = "Targets";

/// Keeps the report and its pictures where the README links to, beside what other parts had found before.
pub fn save(project: &Project, sections: &[(&'static str, Section)]) -> Outcome {
    let folder = project.root.join("benches");
    let plots = folder.join("plots");
    std::fs::create_dir_all(&plots).map_err(|error| format!("{} cannot be made: {error}", plots.display()))?;
    for (name, svg) in sections.iter().flat_map(|(_, section)| &section.plots) {
        project::write(&plots.join(format!("{name}.svg")), svg)?;
    }
    let file = folder.join("results.md");
    let before = project::read(&file).unwrap_or_default();
    project::write(&file, merged(&before, sections))
}

/// The report as it was, with these sections in place of those of the same parts.
fn merged(before: &str, sections: &[(&'static str, Section)]) -> String {
    let old = |title: &str| {
        let parts = before.split("\n## ").skip(1);
        let text = parts
            .filter_map(|part| part.split_once('\n'))
            .find(|(name, _)| *name == title);
        text.map(|(_, text)| text.trim())
    };
    let mut report = "# Results\n\nWritten by `cargo xtask bench`, each part in one run on one machine.\n\n".to_owned();
    let mut rows = String::new();
    for part in PARTS {
        if let Some((_, section)) = sections.iter().find(|(title, _)| *title == part) {
            report.push_str(&format!("## {part}\n\n{}", section.body()));
            rows.push_str(&figures::rows(part, &section.targets));
        } else if let Some(text) = old(part) {
            report.push_str(&format!("## {part}\n\n{text}\n\n"));
            let begin = format!("| {part} |");
            for row in old(TARGETS)
                .unwrap_or_default()
                .lines()
                .filter(|row| row.starts_with(&begin))
            {
                rows.push_str(&format!("{row}\n"));
            }
        }
    }
    report + &format!("## {TARGETS}\n\n{}{rows}", figures::HEAD)
}

/// The parts of this run under their titles, and all of their targets at the end.
pub fn text(sections: &[(&'static str, Section)]) -> String {
    merged("", sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::Bound;

    fn section(text: &str, reached: f64) -> Section {
        let mut section = Section::new(text.to_owned());
        section.target(Target::new("x", Bound::AtMost(1.0), reached));
        section
    }

    #[test]
    fn a_part_that_ran_takes_the_place_of_its_last_run_and_leaves_the_others() {
        let before = merged(
            "",
            &[
                ("Native", section("old", 1.0)),
                ("Size and start", section("kept\n\n| a |", 2.0)),
            ],
        );
        let after = merged(&before, &[("Native", section("new", 3.0))]);
        let both = [
            ("Native", section("new", 3.0)),
            ("Size and start", section("kept\n\n| a |", 2.0)),
        ];
        assert_eq!(after, merged("", &both));
        assert!(after.ends_with(
            "| Native | x | at most 1 | 3.00 | **no** |\n| Size and start | x | at most 1 | 2.00 | **no** |\n"
        ));
    }
}
