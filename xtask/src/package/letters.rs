//! The wasm module as text, to put it into a JavaScript file.
//!
//! A letter per byte, unlike base64, leaves what repeats in the module to be found by the compression of the
//! transfer: with brotli it takes 2 % more than the module itself, where base64 takes 27 % more. The letters are those
//! of ASCII that no bundler has to escape.

/// The letters that begin a pair. A rare byte is written as one of them and a letter.
const PAIRS: [u8; 2] = [b'}', b'~'];

/// The first letter, of which the table's places count.
const FIRST: u8 = b' ';

/// How many places of the table each kind of letters has: alone, after the first of [`PAIRS`], after the second.
const PLACES: usize = 96;

/// A text, and what its letters mean.
pub struct Letters {
    pub text: String,
    /// The byte at each place of the table: see pkg-template/letters.js, which reads it.
    pub meanings: Vec<u8>,
}

/// Writes the bytes as text; a byte that is a letter itself stands for itself, unless it is rare.
pub fn write(bytes: &[u8]) -> Letters {
    let singles: Vec<u8> = (FIRST..b'}').filter(|letter| !b"\"\\".contains(letter)).collect();
    let (frequent, rare) = by_frequency(bytes, singles.len());
    let (themselves, others): (Vec<u8>, Vec<u8>) = frequent.iter().partition(|byte| singles.contains(byte));
    let free = singles.iter().filter(|letter| !themselves.contains(letter));
    let alone = themselves.iter().map(|byte| (*byte, *byte));
    let alone = alone.chain(others.iter().copied().zip(free.copied()));
    let pairs = PAIRS
        .iter()
        .flat_map(|first| singles.iter().map(move |second| (*first, *second)));

    let mut words = vec![String::new(); 256];
    let mut meanings = vec![0; PLACES * (1 + PAIRS.len())];
    let mut means = |word: &[u8], place: usize, byte: u8| {
        if let (Some(known), Some(meaning)) = (words.get_mut(usize::from(byte)), meanings.get_mut(place)) {
            known.extend(word.iter().map(|letter| char::from(*letter)));
            *meaning = byte;
        }
    };
    for (byte, letter) in alone {
        means(&[letter], usize::from(letter - FIRST), byte);
    }
    for (byte, (first, second)) in rare.into_iter().zip(pairs) {
        let kind = usize::from(first - PAIRS[0]) + 1;
        means(&[first, second], kind * PLACES + usize::from(second - FIRST), byte);
    }
    let text = bytes.iter().filter_map(|byte| words.get(usize::from(*byte)));
    Letters {
        text: text.map(String::as_str).collect(),
        meanings,
    }
}

/// The most frequent bytes, so many, and the others; both in the order of their values.
fn by_frequency(bytes: &[u8], singles: usize) -> (Vec<u8>, Vec<u8>) {
    let mut counts: Vec<(usize, u8)> = (0..=255).map(|byte| (0, byte)).collect();
    for byte in bytes {
        if let Some((count, _)) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    counts.sort_by_key(|(count, byte)| (std::cmp::Reverse(*count), *byte));
    let values = |part: &[(usize, u8)]| {
        let mut values: Vec<u8> = part.iter().map(|(_, byte)| *byte).collect();
        values.sort_unstable();
        values
    };
    let (frequent, rare) = counts.split_at(singles.min(counts.len()));
    (values(frequent), values(rare))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As pkg-template/letters.js does.
    fn read(Letters { text, meanings }: &Letters) -> Vec<u8> {
        let mut letters = text.bytes();
        let mut bytes = Vec::new();
        while let Some(letter) = letters.next() {
            let place = match letter {
                b'}' | b'~' => usize::from(letter - b'|') * 96 + usize::from(letters.next().unwrap() - 32),
                letter => usize::from(letter - 32),
            };
            bytes.push(meanings[place]);
        }
        bytes
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let skewed: Vec<u8> = (0..20_000_u32).map(|i| (i * i % 251).to_le_bytes()[0]).collect();
        for bytes in [&[] as &[u8], b"\0asm\x01\0\0\0", &all, &skewed, &[b'~'; 1000]] {
            let letters = write(bytes);
            assert_eq!(read(&letters), bytes);
            assert_eq!(letters.meanings.len(), 288);
        }
    }

    #[test]
    fn no_letter_has_to_be_escaped() {
        let all: Vec<u8> = (0..=255).collect();
        let letters = write(&all);
        assert!(
            letters
                .text
                .bytes()
                .all(|letter| (32..127).contains(&letter) && !b"\"\\".contains(&letter))
        );
    }

    #[test]
    fn texts_stay_readable() {
        let mut bytes = b"connection refused, timed out ".repeat(100);
        bytes.extend(0..=255);
        assert!(write(&bytes).text.starts_with("connection refused, timed out "));
    }
}
