//! The table at the end of the demo.

use super::answer::Answer;

/// Whether every host got the same, non-empty text.
pub fn agree(answers: &[Answer]) -> bool {
    let first = answers.first().and_then(|answer| answer.text.as_deref());
    first.is_some_and(|first| !first.is_empty() && answers.iter().all(|answer| answer.text.as_deref() == Some(first)))
}

/// The table, and a sentence about the texts.
pub fn render(answers: &[Answer]) -> String {
    let mut table = format!(
        "{:<10} {:>20} {:>8} {:>12} {:>15}\n",
        "host", "time to first token", "chunks", "characters", "sockets opened"
    );
    for answer in answers {
        table.push_str(&match answer.text {
            Some(_) => format!(
                "{:<10} {:>17.1} ms {:>8} {:>12} {:>15}\n",
                answer.host, answer.first_token_ms, answer.chunks, answer.characters, answer.sockets
            ),
            None => format!("{:<10} failed\n", answer.host),
        });
    }
    let first = answers.first().and_then(|answer| answer.text.as_deref());
    let others: Vec<&str> = answers
        .iter()
        .filter(|answer| answer.text.as_deref() != first)
        .map(|answer| answer.host.as_str())
        .collect();
    table.push_str(&if agree(answers) {
        "All texts are identical.\n".to_owned()
    } else {
        format!("The texts differ: compare {} with the first host.\n", others.join(", "))
    });
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &str, text: Option<&str>) -> Answer {
        Answer {
            host: host.into(),
            text: text.map(str::to_owned),
            ..Answer::default()
        }
    }

    #[test]
    fn one_other_text_is_a_failure_and_named() {
        let same = [answer("native", Some("a")), answer("node", Some("a"))];
        assert!(agree(&same));
        let other = [answer("native", Some("a")), answer("node", Some("b"))];
        assert!(!agree(&other));
        assert!(render(&other).contains("compare node"));
    }

    #[test]
    fn no_text_is_not_agreement() {
        assert!(!agree(&[]));
        assert!(!agree(&[answer("native", None), answer("node", None)]));
        assert!(!agree(&[answer("native", Some(""))]));
    }
}
