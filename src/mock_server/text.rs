//! The text of an answer: a function of the request and of nothing else.

const WORDS: [&str; 56] = [
    "a", "pool", "of", "sockets", "answers", "every", "request", "with", "care", "while", "the", "stream", "keeps",
    "its", "promise", "about", "time", "and", "order", "because", "each", "event", "arrives", "where", "somebody",
    "waits", "for", "it", "no", "byte", "is", "lost", "between", "two", "reads", "when", "buffers", "stay", "small",
    "so", "that", "memory", "remains", "calm", "under", "load", "servers", "speak", "clients", "listen", "until",
    "silence", "marks", "end", "this", "story",
];

/// In every text, so that no test passes with ASCII alone: two, three and four bytes in UTF-8.
const FOREIGN: [&str; 4] = ["naïve", "café", "東京", "🙂"];
const FOREIGN_EVERY: usize = 7;

const ECHO_WORDS: usize = 8;
const ECHO_CHARACTERS: usize = 60;

/// FNV-1a, 64 bits. The fields are kept apart by a byte that UTF-8 does not have.
pub(super) fn hash<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for field in fields {
        for byte in field.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

/// How many words an answer has: 40 to 120.
pub(super) fn length(seed: u64) -> usize {
    40 + usize::try_from(seed % 81).unwrap_or_default()
}

/// The words of an answer, the later ones with the space before them: joined they are the text.
pub(super) fn words(seed: u64, said: &str, count: usize) -> Vec<String> {
    let mut words = echo(said);
    let mut random = seed;
    let mut foreign = FOREIGN.iter().cycle();
    let mut left_in_sentence = 0;
    let more = count.saturating_sub(words.len());
    for index in 1..=more {
        random = next(random);
        let begins = left_in_sentence == 0;
        left_in_sentence = if begins {
            5 + pick(random >> 32, 8)
        } else {
            left_in_sentence - 1
        };
        let mut word = if index % FOREIGN_EVERY == 0 {
            foreign.next().copied().unwrap_or_default().to_owned()
        } else {
            let word = WORDS.get(pick(random, WORDS.len())).copied().unwrap_or_default();
            if begins { capital(word) } else { word.to_owned() }
        };
        if left_in_sentence == 0 || index == more {
            word.push('.');
        }
        words.push(word);
    }
    words.truncate(count);
    for word in words.iter_mut().skip(1) {
        word.insert(0, ' ');
    }
    words
}

/// `You said “…”`, with the beginning of what was said.
fn echo(said: &str) -> Vec<String> {
    let mut start = said.split_whitespace().take(ECHO_WORDS).collect::<Vec<_>>().join(" ");
    let whole = said.split_whitespace().count() <= ECHO_WORDS && start.chars().count() <= ECHO_CHARACTERS;
    if let Some((cut, _)) = start.char_indices().nth(ECHO_CHARACTERS) {
        start.truncate(cut);
    }
    let more = if whole { "" } else { "…" };
    format!("You said “{}{more}”", start.trim_end())
        .split(' ')
        .map(str::to_owned)
        .collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

fn pick(random: u64, among: usize) -> usize {
    usize::try_from((random >> 16) & 0xffff).unwrap_or_default() % among
}

/// Numbers without end that follow from a seed.
pub(super) fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |place| next(seed.wrapping_add(place)))
}

/// SplitMix64: neighbouring seeds give unrelated numbers.
fn next(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_words_asked_for_and_every_foreign_one() {
        for seed in 0..500 {
            let count = length(seed);
            assert!((40..=120).contains(&count));
            let words = words(seed, "one two three four five six seven eight nine", count);
            assert_eq!(words.len(), count);
            let text = words.concat();
            assert!(FOREIGN.iter().all(|word| text.contains(word)), "{text}");
            assert_eq!(text.split(' ').count(), count);
        }
    }

    #[test]
    fn echoes_the_beginning() {
        assert!(words(1, "Tell me", 40).concat().starts_with("You said “Tell me” "));
        assert!(words(1, "", 40).concat().starts_with("You said “” "));
        let long = words(1, &"é".repeat(1000), 40).concat();
        assert!(long.starts_with(&format!("You said “{}…” ", "é".repeat(60))), "{long}");
    }

    #[test]
    fn is_made_of_sentences() {
        let text = words(7, "Hello", 90).concat();
        assert!(text.ends_with('.') && !text.contains(".."), "{text}");
        assert_eq!(words(7, "Hello", 1), ["You"]);
    }

    #[test]
    fn fields_are_kept_apart() {
        assert_ne!(hash([b"ab".as_slice(), b"c"]), hash([b"a".as_slice(), b"bc"]));
    }

    #[test]
    fn stays_what_it_is() {
        // A change here changes what the users' own tests have recorded.
        assert_eq!(hash([b"demo-model".as_slice()]), 15_482_551_457_363_251_147);
        assert_eq!(
            words(42, "Hi", 14).concat(),
            "You said “Hi” Sockets a a under waits end naïve calm promise event request."
        );
    }
}
