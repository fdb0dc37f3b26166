//! How many tests passed and failed: reads what the runners print.

use std::ops::AddAssign;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Sums the result lines of cargo's and wasm-bindgen's test runners, `test result: ok. 3 passed; 0 failed; …`;
/// `None` without any.
pub fn of_rust(output: &str) -> Option<Counts> {
    let results = output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result:"));
    results
        .filter_map(|result| result.split_once(". "))
        .filter_map(|(_, counts)| pair(counts, ';'))
        .reduce(|mut sum, one| {
            sum += one;
            sum
        })
}

/// Reads the last line `3 passed, 0 failed` of a host's runner; `None` without one.
pub fn of_host(output: &str) -> Option<Counts> {
    output.lines().rev().find_map(|line| pair(line.trim(), ','))
}

/// The lines that tell of one failed test, in the form of any of the runners.
pub fn failed_tests(output: &str) -> Vec<String> {
    let failed = |line: &&str| {
        let rust = line.starts_with("test ") && [" ... FAILED", " ... FAIL"].iter().any(|end| line.ends_with(end));
        rust || line.starts_with("not ok ")
    };
    output
        .lines()
        .map(str::trim)
        .filter(failed)
        .map(str::to_owned)
        .collect()
}

fn pair(text: &str, separator: char) -> Option<Counts> {
    let mut parts = text.split(separator);
    let mut number = |word: &str| parts.next()?.trim().strip_suffix(word)?.trim_end().parse().ok();
    Some(Counts {
        passed: number("passed")?,
        failed: number("failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_all_result_lines_of_a_cargo_run() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 1 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        assert_eq!(of_rust(output), Some(Counts { passed: 3, failed: 3 }));
        assert_eq!(of_rust("error: could not compile"), None);
    }

    #[test]
    fn reads_the_form_of_the_wasm_runner() {
        let output = "test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.03s\n";
        assert_eq!(of_rust(output), Some(Counts { passed: 4, failed: 0 }));
    }

    #[test]
    fn failed_tests_are_found_in_both_forms() {
        let output = "test a ... ok\ntest b ... FAILED\ntest c ... FAIL\nok d\nnot ok e: why\ntest result: FAILED.\n";
        assert_eq!(
            failed_tests(output),
            ["test b ... FAILED", "test c ... FAIL", "not ok e: why"]
        );
    }

    #[test]
    fn a_host_is_believed_by_its_last_count() {
        assert_eq!(
            of_host("ok one\nnot ok two: why\n1 passed, 1 failed\n"),
            Some(Counts { passed: 1, failed: 1 })
        );
        assert_eq!(of_host("ok one\n"), None);
        assert_eq!(of_host("x passed, 1 failed"), None);
    }
}
