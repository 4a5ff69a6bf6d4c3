//! The signature of a webhook: `v1,` and HMAC-SHA256 over id, time and body (Standard Webhooks).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;

use crate::keys::HookSecret;

/// The value of `webhook-signature`: one signature for each secret, separated by spaces. Whoever
/// checks it is content with one, so an old and a new secret can both be good for a while.
pub(super) fn signatures(secrets: &[HookSecret], id: &str, at: Timestamp, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", at.as_second());
    let one = |secret: &HookSecret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
        format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes())))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification of Standard Webhooks.
    #[test]
    fn the_known_example_has_the_known_signature() {
        let secret = HookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = signatures(&[secret.clone(), secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body);
        let known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed, format!("{known} {known}"));
    }
}
