//! Names and values that are fit to stand in an HTTP header, checked before a host would reject them.

use crate::error::Error;

/// Checks a header that the user gave. The value is not told: it may be a secret.
pub(super) fn check(field: &str, name: &str, value: &str) -> Result<(), Error> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Error::config(format!(
            "{field} has a header name that HTTP does not allow: {name:?}; use letters, digits and hyphens"
        )));
    }
    check_value(&format!("{field}.{name}"), value)
}

/// Checks a value alone.
pub(super) fn check_value(field: &str, value: &str) -> Result<(), Error> {
    let Some((index, byte)) = value.bytes().enumerate().find(|(_, byte)| !matches!(byte, b' '..=b'~')) else {
        return Ok(());
    };
    let what = match byte {
        b'\n' => "a line feed",
        b'\r' => "a carriage return",
        b'\t' => "a tab",
        0x80.. => "a character that is not ASCII",
        _ => "a control character",
    };
    Err(Error::config(format!(
        "{field} cannot be sent in an HTTP header: there is {what} at byte {index}; remove it"
    )))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
