//! What providers' own error codes mean: each as the HTTP status that says the same.

/// The status; `None` where a code is not known, which is then taken for the provider's own trouble, and retried.
///
/// The codes are those of [OpenAI](https://platform.openai.com/docs/guides/error-codes),
/// [Anthropic](https://docs.claude.com/en/api/errors), [Zhipu](https://docs.bigmodel.cn/cn/api/api-code) and
/// [Aliyun](https://help.aliyun.com/zh/model-studio/error-code). Google and OpenRouter give the status itself.
pub(super) fn status(code: &str) -> Option<u16> {
    Some(match code.parse::<u16>() {
        Ok(status @ 400..=599) => status,
        // Zhipu's.
        Ok(1000..=1004) => 401,
        Ok(1110..=1121) => 403,
        Ok(1210..=1215 | 1300 | 1301) => 400,
        Ok(1302..=1313) => 429,
        Ok(_) => return None,
        Err(_) => {
            // Aliyun's have a finer one behind a dot.
            let name = code.split('.').next().unwrap_or_default();
            NAMES.iter().find(|(_, names)| names.contains(&name))?.0
        }
    })
}

const NAMES: [(u16, &[&str]); 7] = [
    (
        400,
        &[
            "invalid_request_error",
            "context_length_exceeded",
            "content_policy_violation",
            "InvalidParameter",
            "BadRequest",
            "DataInspectionFailed",
            "Arrearage",
        ],
    ),
    (401, &["authentication_error", "invalid_api_key", "InvalidApiKey"]),
    (402, &["billing_error"]),
    (403, &["permission_error", "AccessDenied"]),
    (404, &["not_found_error", "model_not_found", "ModelNotFound"]),
    (413, &["request_too_large"]),
    (
        429,
        &[
            "rate_limit_error",
            "rate_limit_exceeded",
            "insufficient_quota",
            "Throttling",
        ],
    ),
];

/// Whether a reported error would only be reported again.
pub(super) fn is_final(status: Option<u16>, code: Option<&str>) -> bool {
    match status {
        // Waiting brings no money.
        Some(429) => code == Some("insufficient_quota"),
        Some(status) => (400..500).contains(&status) && !matches!(status, 408 | 409),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_final, status};

    #[test]
    fn codes_are_known_in_every_providers_words() {
        for (code, expected, last) in [
            ("400", Some(400), true),
            ("408", Some(408), false),
            ("429", Some(429), false),
            ("502", Some(502), false),
            ("1001", Some(401), true),
            ("1113", Some(403), true),
            ("1301", Some(400), true),
            ("1302", Some(429), false),
            ("1234", None, false),
            ("invalid_request_error", Some(400), true),
            ("authentication_error", Some(401), true),
            ("billing_error", Some(402), true),
            ("model_not_found", Some(404), true),
            ("rate_limit_exceeded", Some(429), false),
            ("rate_limit_error", Some(429), false),
            ("insufficient_quota", Some(429), true),
            ("overloaded_error", None, false),
            ("server_error", None, false),
            ("Throttling.RateQuota", Some(429), false),
            ("InvalidParameter.DataInspection", Some(400), true),
            ("InternalError.Algo", None, false),
            ("99999", None, false),
            ("-1", None, false),
            ("", None, false),
        ] {
            assert_eq!(status(code), expected, "{code}");
            assert_eq!(is_final(status(code), Some(code)), last, "{code}");
        }
    }
}
