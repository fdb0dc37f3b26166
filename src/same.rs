//! Equality of bytes where the standard library is slow at it: on wasm32 it compares one byte at a time.

/// Whether both are the same, eight bytes at a time.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let ((ones, rest), (others, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let pairs = ones.iter().zip(others);
    let mut pairs = pairs.map(|(one, other)| u64::from_ne_bytes(*one) == u64::from_ne_bytes(*other));
    pairs.all(|equal| equal) && rest == other_rest
}

/// Whether `text` begins with this.
pub(crate) fn begins(text: &[u8], beginning: &[u8]) -> bool {
    text.get(..beginning.len()).is_some_and(|start| same(start, beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_seen_wherever_it_is() {
        let text: Vec<u8> = (0..40).collect();
        for length in 0..text.len() {
            let one = &text[..length];
            assert!(same(one, &text.clone()[..length]), "{length} bytes");
            assert!(begins(&text, one) && !same(one, &text), "{length} bytes");
            for at in 0..length {
                let mut other = one.to_vec();
                other[at] ^= 1;
                assert!(!same(one, &other) && !begins(&text, &other), "{length} bytes, at {at}");
            }
        }
    }
}
