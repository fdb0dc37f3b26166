//! What rounds add up to: medians, ratios with their spread, targets.

use std::fmt;

/// One value per round.
#[derive(Clone, Default)]
pub struct Figures(pub Vec<f64>);

impl Figures {
    /// The middle one.
    pub fn median(&self) -> f64 {
        let mut values = self.0.clone();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        if values.len() % 2 == 1 {
            at(middle)
        } else {
            f64::midpoint(at(middle.saturating_sub(1)), at(middle))
        }
    }

    /// Round by round, the relation of these to those.
    pub fn combine(&self, other: &Self, relation: impl Fn(f64, f64) -> f64) -> Self {
        Self(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(one, two)| relation(*one, *two))
                .collect(),
        )
    }

    /// Round by round, how many times the other.
    pub fn ratio(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one / two)
    }

    fn lowest(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The largest of all rounds.
    pub fn highest(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// The median, and the lowest and highest in brackets.
impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = formatter.precision().unwrap_or(2);
        let (median, low, high) = (self.median(), self.lowest(), self.highest());
        write!(formatter, "{median:.digits$} ({low:.digits$}–{high:.digits$})")
    }
}

/// A bound that the project has set itself.
pub struct Target {
    what: String,
    bound: Bound,
    reached: f64,
}

/// On which side of a number to stay.
#[derive(Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    pub fn new(what: impl Into<String>, bound: Bound, reached: f64) -> Self {
        Self {
            what: what.into(),
            bound,
            reached,
        }
    }

    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.reached <= most,
            Bound::AtLeast(least) => self.reached >= least,
        }
    }
}

/// The head of the table of targets.
pub const HEAD: &str = "| part | target | bound | reached | holds |\n|---|---|---|---|---|\n";

/// The targets of one part, as rows of that table.
pub fn rows(part: &str, targets: &[Target]) -> String {
    let row = |target: &Target| {
        let bound = match target.bound {
            Bound::AtMost(most) => format!("at most {most}"),
            Bound::AtLeast(least) => format!("at least {least}"),
        };
        let holds = if target.holds() { "yes" } else { "**no**" };
        format!(
            "| {part} | {} | {bound} | {:.2} | {holds} |\n",
            target.what, target.reached
        )
    };
    targets.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        // The second round was disturbed for both: the ratio is not.
        let (one, two) = (Figures(vec![2.0, 20.0, 2.0]), Figures(vec![1.0, 10.0, 1.0]));
        assert_eq!(one.ratio(&two).to_string(), "2.00 (2.00–2.00)");
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert!((Figures(vec![4.0, 1.0, 2.0, 3.0]).median() - 2.5).abs() < 1e-9);
        assert!(Figures::default().median().is_nan());
    }

    #[test]
    fn what_could_not_be_measured_holds_no_target() {
        let target = |bound| Target::new("x", bound, f64::NAN);
        assert!(!target(Bound::AtMost(1.0)).holds() && !target(Bound::AtLeast(1.0)).holds());
        let late = Target::new("time", Bound::AtMost(1.05), 1.2);
        assert_eq!(rows("p", &[late]), "| p | time | at most 1.05 | 1.20 | **no** |\n");
    }
}
