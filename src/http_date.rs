//! Dates as HTTP writes them, in the three forms that RFC 9110 wants to be understood. By hand, because a page loads it.

use std::time::Duration;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The time since 1970; a date before counts as of its first day. `None` when it is no date. The day of the week is not looked at.
pub(crate) fn parse(date: &str) -> Option<Duration> {
    let words = date.split([' ', ',', '-', ':']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.skip(1).collect();
    let [day, month, year, hour, minute, second] = match *words {
        [day, month, year, hour, minute, second, "GMT"] => [day, month, year, hour, minute, second],
        [month, day, hour, minute, second, year] => [day, month, year, hour, minute, second],
        _ => return None,
    };
    let number = |word: &str, most: u64| word.parse().ok().filter(|number| *number <= most);
    let month = (0_u64..).zip(MONTHS).find(|(_, name)| *name == month)?.0;
    let full = match number(year, 9999)? {
        short @ 0..70 => 2000 + short,
        short @ 70..100 => 1900 + short,
        full => full,
    };
    // A year begins in March here, so that its last day is the one that is not always there.
    let (year, month) = if month < 2 {
        (full - 1, month + 10)
    } else {
        (full, month - 2)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + number(day, 31)?;
    let minutes = (days.saturating_sub(719_469) * 24 + number(hour, 23)?) * 60 + number(minute, 59)?;
    Some(Duration::from_secs(minutes * 60 + number(second, 60)?))
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    #[test]
    fn the_three_forms_of_a_date_are_one() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(date), Some(Duration::from_secs(784_111_777)), "{date}");
        }
    }

    #[test]
    fn every_day_is_that_of_another_implementation() {
        for day in 0..60_000 {
            let since = Duration::from_secs(day * 86_400 + day);
            let date: SystemTime = UNIX_EPOCH + since;
            assert_eq!(parse(&httpdate::fmt_http_date(date)), Some(since));
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "5",
            "tomorrow",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Non 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "2026-11-06T08:49:37Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(
            parse("Sun, 06 Nov 1904 08:49:37 GMT"),
            Some(Duration::from_secs(31_777))
        );
    }
}
